package io.flotilla.log;

import io.flotilla.log.fs.ShortageException;
import io.netty.buffer.ByteBuf;

/** Outcome of a read. */
public sealed interface ReadResult {
    /**
     * Whole batches.
     *
     * @param bytes the batches, end to end; possibly none. The receiver releases it
     * @param firstIndex index of the first entry in {@code bytes}
     * @param lastIndex index of the last entry passed: the next read starts after it. Below {@code firstIndex} when empty.
     *     A fetch may pass Raft entries that {@code bytes} does not hold
     */
    record Batches(ByteBuf bytes, long firstIndex, long lastIndex) implements ReadResult {}

    /** The start lies before the log's start or after its end. */
    record OutOfRange() implements ReadResult {}

    /** The file does not hold what was written to it, or the disk does not give it: never served, to be repaired. */
    record Damaged(Damage damage) implements ReadResult {}

    /** The file could not be opened, whatever is in it, because too many others are open. To be tried again. */
    record Unavailable(ShortageException cause) implements ReadResult {}

    /** The log was closed, deleted or replaced meanwhile. */
    record Closed() implements ReadResult {}
}
