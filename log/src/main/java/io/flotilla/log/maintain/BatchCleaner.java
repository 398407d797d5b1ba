package io.flotilla.log.maintain;

import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.EmptyBatch;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.KeptRecords;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordCursor;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Predicate;

/**
 * Decides what of a batch stays. A record stays if it is the newest of its key, as far as the map of keys reaches, and all
 * after that. A tombstone that is the newest stays for a time: its batch is given the end of that time when it is met first
 * (KIP-534), and then until every replica has it, for one that lacks it would keep what it deletes. Records without a key
 * cannot be the newest of anything and go, as in Kafka. Not thread-safe.
 */
final class BatchCleaner {
    /** No batch may unfold into more than this. */
    private static final int MOST_DECOMPRESSED_BYTES = 64 << 20;

    private final CompactionPlan plan;
    private final KeyOffsets keys;
    private final long[] remembered;
    /** The map tells nothing of records from here on. */
    private final long mapEnd;

    private final RecordCursor cursor = new RecordCursor();
    private final BitSet kept = new BitSet();
    private boolean keepsTombstones;

    BatchCleaner(CompactionPlan plan, KeyOffsets keys, long mapEnd) {
        this.plan = plan;
        this.keys = keys;
        this.mapEnd = mapEnd;
        this.remembered = plan.producerBatches().clone();
        Arrays.sort(remembered);
    }

    /** Adds what stays of a batch to a file; whether anything is different from before. */
    boolean clean(RecordBatch batch, CompactedFile target) throws IOException {
        if (batch.isControl() || batch.baseOffset() >= mapEnd) {
            target.keep(batch);
            return false;
        }
        if (EmptyBatch.is(batch)) {
            return removeUnlessRemembered(batch, target);
        }
        ByteBuf body = decompress(batch);
        try {
            int records = choose(batch, body);
            boolean setsHorizon = keepsTombstones && !batch.hasDeleteHorizon() && batch.lastOffset() < mapEnd;
            if (kept.isEmpty()) {
                return removeUnlessRemembered(batch, target);
            }
            if (kept.cardinality() == records && !setsHorizon) {
                target.keep(batch);
                return false;
            }
            long horizon = setsHorizon ? plan.deleteHorizon() : RecordBatch.NO_TIMESTAMP;
            target.put(out -> KeptRecords.write(batch, body, kept, horizon, out));
            return true;
        } finally {
            if (body != null) {
                body.release();
            }
        }
    }

    /** The records of a compressed batch; null if they can be read where they are. */
    static ByteBuf decompress(RecordBatch batch) {
        return batch.compression() == Compression.NONE
                ? null
                : batch.compression()
                        .decompress(
                                batch.buffer(),
                                batch.recordsPosition(),
                                batch.recordsSizeInBytes(),
                                MOST_DECOMPRESSED_BYTES);
    }

    /** Passes the records of a batch until one is refused; whether all were taken. */
    static boolean forEach(RecordBatch batch, ByteBuf body, RecordCursor cursor, Predicate<RecordCursor> visitor) {
        if (body == null) {
            cursor.wrap(batch);
        } else {
            cursor.wrap(batch, body);
        }
        while (cursor.next() == RecordCursor.Step.RECORD) {
            if (!visitor.test(cursor)) {
                return false;
            }
        }
        if (cursor.problem() != null) {
            throw new InvalidBatchException(
                    io.flotilla.wire.record.BatchFault.MALFORMED_RECORDS,
                    "the batch at offset " + batch.baseOffset() + ": " + cursor.problem());
        }
        return true;
    }

    private int choose(RecordBatch batch, ByteBuf body) {
        kept.clear();
        keepsTombstones = false;
        boolean mayDropTombstones = batch.hasDeleteHorizon()
                && plan.nowMs() >= batch.deleteHorizon()
                && batch.lastOffset() < plan.tombstonesBelow();
        forEach(batch, body, cursor, record -> {
            if (stays(record, mayDropTombstones)) {
                kept.set(record.index());
                keepsTombstones |= !record.hasValue();
            }
            return true;
        });
        return batch.recordCount();
    }

    private boolean stays(RecordCursor record, boolean mayDropTombstones) {
        if (record.offset() >= mapEnd) {
            return true;
        }
        if (!record.hasKey() || keys.get(record.key()) > record.offset()) {
            return false;
        }
        return record.hasValue() || !mayDropTombstones;
    }

    private boolean removeUnlessRemembered(RecordBatch batch, CompactedFile target) throws IOException {
        boolean isRemembered = batch.hasProducerId() && Arrays.binarySearch(remembered, batch.baseOffset()) >= 0;
        if (!isRemembered) {
            target.remove(batch);
            return batch.hasProducerId() || !EmptyBatch.is(batch);
        }
        if (EmptyBatch.is(batch)) {
            target.keep(batch);
            return false;
        }
        target.put(out -> EmptyBatch.writeHeaderOf(batch, out));
        return true;
    }
}
