package io.flotilla.wire.record;

import io.flotilla.wire.record.BatchCheck.RecordFault;
import io.flotilla.wire.record.BatchCheck.Rejected;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges the records of one partition in a Produce request: exactly one batch, whole, undamaged, a client's to write, within
 * the topic's limits. Reusable and not thread-safe: one per event loop. A good batch costs no allocation, unless keys must
 * be looked for in compressed records.
 *
 * <p>Records of an uncompressed batch are walked. Those of a compressed batch are believed, as the CRC vouches for them
 * and decompression is the consumer's work, unless the topic requires keys, limits the age of records, or the header tells of
 * a time that the topic does not take.
 */
public final class BatchValidator {
    private final BatchCursor batches = new BatchCursor();
    private final RecordCursor records = new RecordCursor();
    private long maxTimestamp;

    /**
     * Validates the readable bytes of a buffer.
     *
     * @param now milliseconds since the epoch
     */
    public BatchCheck validate(ByteBuf buffer, BatchLimits limits, long now) {
        BatchCheck check = checkFrame(buffer);
        RecordBatch batch = batches.batch();
        if (check == BatchCheck.VALID) {
            check = checkHeader(batch, limits);
        }
        if (check == BatchCheck.VALID) {
            check = checkProducer(batch);
        }
        if (check == BatchCheck.VALID) {
            check = checkTimestampType(batch);
        }
        if (check == BatchCheck.VALID) {
            check = checkRecords(batch, limits, now);
        }
        return check;
    }

    /**
     * The largest timestamp of the batch last found valid: of its records if they were walked, else as its header states.
     * If it differs from the header's, {@link RecordBatch#setMaxTimestamp} puts that right.
     */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    private BatchCheck checkFrame(ByteBuf buffer) {
        return switch (batches.wrap(buffer).next()) {
            case END -> reject(BatchFault.EMPTY, 0, "no record batch");
            case TRUNCATED -> reject(BatchFault.TRUNCATED, 0, "the record batch goes on after the last byte");
            case MALFORMED -> reject(batches.fault(), 0, "not a record batch of format version 2");
            case BATCH -> {
                int size = batches.batch().sizeInBytes();
                yield size == buffer.readableBytes()
                        ? BatchCheck.VALID
                        : reject(BatchFault.MORE_THAN_ONE_BATCH, size, "bytes after the only record batch allowed");
            }
        };
    }

    private static BatchCheck checkHeader(RecordBatch batch, BatchLimits limits) {
        if (batch.sizeInBytes() > limits.maxMessageBytes()) {
            return reject(
                    BatchFault.TOO_LARGE,
                    RecordBatch.BATCH_LENGTH,
                    "batch of %d bytes, max.message.bytes is %d"
                            .formatted(batch.sizeInBytes(), limits.maxMessageBytes()));
        }
        if (!batch.isCrcValid()) {
            return reject(
                    BatchFault.CRC_MISMATCH,
                    RecordBatch.CRC,
                    "stored CRC %08x, computed %08x".formatted(batch.crc(), batch.computeCrc()));
        }
        if (batch.baseOffset() != 0) {
            return reject(
                    BatchFault.BASE_OFFSET_NOT_ZERO,
                    RecordBatch.BASE_OFFSET,
                    "base offset %d, must be 0".formatted(batch.baseOffset()));
        }
        if (batch.isControl()) {
            return reject(
                    BatchFault.CONTROL_FROM_CLIENT, RecordBatch.ATTRIBUTES, "clients may not write control batches");
        }
        if (batch.hasDeleteHorizon()) {
            return reject(
                    BatchFault.DELETE_HORIZON_FROM_CLIENT,
                    RecordBatch.ATTRIBUTES,
                    "clients may not set a delete horizon");
        }
        if (!Compression.isKnown(batch.compressionId())) {
            return reject(
                    BatchFault.UNKNOWN_COMPRESSION,
                    RecordBatch.ATTRIBUTES,
                    "unknown compression id " + batch.compressionId());
        }
        if (batch.recordCount() <= 0 || batch.recordCount() != batch.lastOffsetDelta() + 1L) {
            return reject(
                    BatchFault.COUNT_MISMATCH,
                    RecordBatch.LAST_OFFSET_DELTA,
                    "%d records up to offset delta %d".formatted(batch.recordCount(), batch.lastOffsetDelta()));
        }
        return BatchCheck.VALID;
    }

    private static BatchCheck checkProducer(RecordBatch batch) {
        boolean complete = batch.producerEpoch() >= 0 && batch.baseSequence() >= 0;
        if (batch.hasProducerId() ? !complete : batch.isTransactional()) {
            return reject(
                    BatchFault.PRODUCER_FIELDS,
                    RecordBatch.PRODUCER_ID,
                    "producer id %d with epoch %d, sequence %d%s"
                            .formatted(
                                    batch.producerId(),
                                    batch.producerEpoch(),
                                    batch.baseSequence(),
                                    batch.isTransactional() ? ", transactional" : ""));
        }
        return BatchCheck.VALID;
    }

    private static BatchCheck checkTimestampType(RecordBatch batch) {
        if (batch.timestampType() != TimestampType.CREATE_TIME) {
            return reject(
                    BatchFault.INVALID_TIMESTAMP,
                    RecordBatch.ATTRIBUTES,
                    "clients may not claim the broker's timestamp");
        }
        return BatchCheck.VALID;
    }

    private BatchCheck checkRecords(RecordBatch batch, BatchLimits limits, long now) {
        maxTimestamp = batch.maxTimestamp();
        if (batch.compressionId() == Compression.NONE.id()) {
            return walk(records.wrap(batch), batch.position(), limits, now);
        }
        if (isToBeBelieved(batch, limits, now)) {
            return BatchCheck.VALID;
        }
        ByteBuf body;
        try {
            body = batch.compression()
                    .decompress(
                            batch.buffer(),
                            batch.recordsPosition(),
                            batch.recordsSizeInBytes(),
                            limits.maxDecompressedBytes());
        } catch (InvalidBatchException e) {
            return reject(e.fault(), RecordBatch.HEADER_BYTES, e.getMessage());
        }
        try {
            return walk(records.wrap(batch, body), body.readerIndex() - RecordBatch.HEADER_BYTES, limits, now);
        } finally {
            body.release();
        }
    }

    /** Whether a compressed batch need not be opened: nothing is asked of its records that the header does not answer. */
    private static boolean isToBeBelieved(RecordBatch batch, BatchLimits limits, long now) {
        return !limits.requireKeys()
                && limits.timestampBeforeMaxMs() == Long.MAX_VALUE
                && !isOutside(batch.baseTimestamp(), limits, now)
                && !isOutside(batch.maxTimestamp(), limits, now);
    }

    private BatchCheck walk(RecordCursor cursor, int origin, BatchLimits limits, long now) {
        long max = RecordBatch.NO_TIMESTAMP;
        RecordFaults faults = null;
        while (true) {
            RecordCursor.Step step = cursor.next();
            if (step == RecordCursor.Step.END) {
                maxTimestamp = max;
                return faults == null ? BatchCheck.VALID : faults.rejected();
            }
            if (step == RecordCursor.Step.MALFORMED) {
                return rejectRecord(cursor, origin, cursor.problem());
            }
            if (cursor.offsetDelta() != cursor.index()) {
                return rejectRecord(cursor, origin, "offset delta " + cursor.offsetDelta());
            }
            boolean keyMissing = limits.requireKeys() && !cursor.hasKey();
            if (keyMissing || isOutside(cursor.timestamp(), limits, now)) {
                faults = faults == null ? new RecordFaults(cursor.position() - origin) : faults;
                if (keyMissing) {
                    faults.keyMissing(cursor.index());
                } else {
                    faults.badTimestamp(cursor.index(), cursor.timestamp(), limits, now);
                }
            }
            max = Math.max(max, cursor.timestamp());
        }
    }

    private static boolean isOutside(long timestamp, BatchLimits limits, long now) {
        if (timestamp == RecordBatch.NO_TIMESTAMP) {
            return false;
        }
        return timestamp < 0
                || now - timestamp > limits.timestampBeforeMaxMs()
                || timestamp - now > limits.timestampAfterMaxMs();
    }

    private static Rejected reject(BatchFault fault, int position, String reason) {
        return new Rejected(fault, position, List.of(), reason);
    }

    private static Rejected rejectRecord(RecordCursor cursor, int origin, String problem) {
        return new Rejected(
                BatchFault.MALFORMED_RECORDS,
                cursor.position() - origin,
                List.of(new RecordFault(cursor.index(), problem)),
                "record %d: %s".formatted(cursor.index(), problem));
    }

    /** The records of a batch that the topic does not take, for a producer that wants to know which. */
    private static final class RecordFaults {
        private static final int MOST = 1000;

        private final int position;
        private final List<RecordFault> records = new ArrayList<>();
        private int count;
        private boolean time;

        /** @param position of the first of them */
        RecordFaults(int position) {
            this.position = position;
        }

        void keyMissing(int index) {
            add(index, "a compacted topic needs a key in every record");
        }

        void badTimestamp(int index, long timestamp, BatchLimits limits, long now) {
            time = true;
            add(
                    index,
                    "timestamp %d is not from %d ms before to %d ms after %d"
                            .formatted(timestamp, limits.timestampBeforeMaxMs(), limits.timestampAfterMaxMs(), now));
        }

        private void add(int index, String reason) {
            count++;
            if (records.size() < MOST) {
                records.add(new RecordFault(index, reason));
            }
        }

        Rejected rejected() {
            RecordFault first = records.get(0);
            String others = count == 1 ? "" : ", and " + (count - 1) + " more records";
            return new Rejected(
                    time ? BatchFault.INVALID_TIMESTAMP : BatchFault.KEY_MISSING,
                    position,
                    records,
                    "record %d: %s%s".formatted(first.index(), first.reason(), others));
        }
    }
}
