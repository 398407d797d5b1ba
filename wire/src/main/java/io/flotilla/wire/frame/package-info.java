/**
 * What stands around a message on a connection: the length and headers of a frame, the table of APIs, and error codes.
 * Knows bytes and messages, but no sockets.
 */
package io.flotilla.wire.frame;
