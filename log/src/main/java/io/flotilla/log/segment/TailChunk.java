package io.flotilla.log.segment;

import io.netty.buffer.ByteBuf;

/**
 * Batches appended together, in memory.
 *
 * @param segment where they belong
 * @param position of the first in the segment file
 * @param bytes the batches; never changed, readable from 0
 * @param firstIndex index of the first entry
 * @param lastIndex index of the last entry
 * @param term term of the last entry
 */
public record TailChunk(Segment segment, long position, ByteBuf bytes, long firstIndex, long lastIndex, int term) {
    /** Length in bytes. */
    public int size() {
        return bytes.readableBytes();
    }
}
