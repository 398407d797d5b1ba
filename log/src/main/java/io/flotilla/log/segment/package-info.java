/** Segment files: what is in memory about each, the writing of them, and reads from them: copied and checked, or sent from the file. */
package io.flotilla.log.segment;
