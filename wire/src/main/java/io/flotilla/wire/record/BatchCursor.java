package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;

/**
 * Walks the batches that lie back to back in a buffer, using one reusable view. It checks that each batch is whole and of
 * format version 2, not its CRC. Not thread-safe; allocates nothing after construction.
 *
 * <pre>{@code
 * cursor.wrap(buffer, from, to);
 * while (cursor.next() == BatchCursor.Step.BATCH) {
 *     use(cursor.batch());
 * }
 * }</pre>
 */
public final class BatchCursor {
    /** What {@link #next} found. All but {@link #BATCH} are final. */
    public enum Step {
        /** A whole batch: see {@link #batch}. */
        BATCH,
        /** The end of the range, exactly after a batch. */
        END,
        /** The range ends within a batch. Usual at the end of a fetch response or of a file being written. */
        TRUNCATED,
        /** What stands here is no batch of format version 2: see {@link #fault}. */
        MALFORMED
    }

    /** What follows the length in the smallest message of format 0: CRC, magic, attributes, two empty lengths. */
    private static final int LEGACY_RECORD_BYTES = 14;

    private final RecordBatch batch = new RecordBatch();
    private ByteBuf buffer;
    private int position;
    private int end;
    private int nextPosition;
    private BatchFault fault;

    /** Starts over at the buffer's readable bytes. */
    public BatchCursor wrap(ByteBuf buffer) {
        return wrap(buffer, buffer.readerIndex(), buffer.writerIndex());
    }

    /** Starts over at absolute indices {@code from} (inclusive) to {@code to} (exclusive) of the buffer. */
    public BatchCursor wrap(ByteBuf buffer, int from, int to) {
        this.buffer = buffer;
        this.position = from;
        this.nextPosition = from;
        this.end = to;
        this.fault = null;
        return this;
    }

    /** Moves to the next batch. */
    public Step next() {
        position = nextPosition;
        if (position == end) {
            return Step.END;
        }
        int left = end - position;
        if (left < RecordBatch.SIZE_PREFIX_BYTES) {
            return Step.TRUNCATED;
        }
        int length = buffer.getInt(position + RecordBatch.BATCH_LENGTH);
        if (length < LEGACY_RECORD_BYTES) {
            return malformed(BatchFault.LENGTH_TOO_SMALL);
        }
        // Formats 0 and 1 have shorter headers, so the magic tells how to judge the length.
        if (left <= RecordBatch.MAGIC) {
            return Step.TRUNCATED;
        }
        byte magic = buffer.getByte(position + RecordBatch.MAGIC);
        if (magic != RecordBatch.MAGIC_V2) {
            return malformed(magic == 0 || magic == 1 ? BatchFault.OLD_MAGIC : BatchFault.UNKNOWN_MAGIC);
        }
        if (length < RecordBatch.HEADER_BYTES - RecordBatch.SIZE_PREFIX_BYTES) {
            return malformed(BatchFault.LENGTH_TOO_SMALL);
        }
        if (length > left - RecordBatch.SIZE_PREFIX_BYTES) {
            return Step.TRUNCATED;
        }
        nextPosition = position + RecordBatch.SIZE_PREFIX_BYTES + length;
        batch.wrap(buffer, position);
        return Step.BATCH;
    }

    /** The batch that {@link #next} found; the same object every time. */
    public RecordBatch batch() {
        return batch;
    }

    /** Absolute index of the batch found, or of the place where the walk stopped. */
    public int position() {
        return position;
    }

    /** What was wrong at {@link Step#MALFORMED}, otherwise null. */
    public BatchFault fault() {
        return fault;
    }

    private Step malformed(BatchFault fault) {
        this.fault = fault;
        return Step.MALFORMED;
    }
}
