package io.flotilla.log.segment;

import java.nio.file.Path;

/**
 * A part of a segment file that is written and does not change while it is read, or whose readers are told afterwards.
 *
 * @param directory the partition's
 * @param baseOffset base offset of the segment
 * @param start position of a batch to begin the search at, or {@link #UNKNOWN}: look it up in the index file
 * @param end position after the last batch that may be read
 * @param closed the segment will not grow and this is all of it, so that its index files can be made anew if they are missing
 */
public record FileRange(Path directory, long baseOffset, long start, long end, boolean closed) {
    /** No start is known. */
    public static final long UNKNOWN = -1;

    Path file() {
        return SegmentFiles.log(directory, baseOffset);
    }
}
