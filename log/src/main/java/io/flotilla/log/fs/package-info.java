/**
 * The disk, as the log sees it: a small port, the adapter to the JDK's files, and an in-memory disk that loses power on
 * request. The only package of this module that may use the JDK's file I/O.
 */
package io.flotilla.log.fs;
