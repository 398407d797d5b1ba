/**
 * The disk, as the log sees it: a small port, the adapter to the JDK's files, an in-memory disk that loses power on
 * request, files that stay open for their readers, and buffers whose bytes stay in a file until they are sent. The only package of this module that may use the JDK's file I/O.
 */
package io.flotilla.log.fs;
