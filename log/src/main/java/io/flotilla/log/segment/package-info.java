/** Segment files: what is in memory about each, the writing of them, and reads from them. */
package io.flotilla.log.segment;
