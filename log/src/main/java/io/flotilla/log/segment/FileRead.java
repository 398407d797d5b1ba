package io.flotilla.log.segment;

import io.flotilla.log.Damage;
import io.flotilla.log.ReadResult;

/**
 * What a read of a segment file came to.
 *
 * @param result what was wanted, or what is wrong
 * @param start position of the first batch that was read
 * @param end position after the last one; what stands between is as it was written
 * @param fromDisk the disk had to be waited for, as far as can be told
 * @param holdsFile the result's bytes are in the file and keep it open
 */
public record FileRead(ReadResult result, long start, long end, boolean fromDisk, boolean holdsFile) {
    static FileRead damaged(FileRange range, long position, String reason) {
        return without(new ReadResult.Damaged(new Damage(range.file(), position, reason)));
    }

    /** Nothing was read. */
    static FileRead without(ReadResult result) {
        return new FileRead(result, 0, 0, false, false);
    }
}
