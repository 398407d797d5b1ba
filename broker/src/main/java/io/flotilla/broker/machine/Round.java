package io.flotilla.broker.machine;

import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The records of one batch, and the answers that wait for its commit. */
final class Round {
    private final long timestamp;
    private final List<MachineRecord> records = new ArrayList<>();
    private final List<Answer<?>> answers = new ArrayList<>();
    private int bytes = MachineHost.BATCH_HEADER_BYTES;

    /** @param timestamp of its records, in milliseconds since the epoch */
    Round(long timestamp) {
        this.timestamp = timestamp;
    }

    long timestamp() {
        return timestamp;
    }

    void add(MachineRecord record) {
        records.add(record);
        bytes += record.maxSizeInBatch();
    }

    void add(Answer<?> answer) {
        answers.add(answer);
    }

    int recordCount() {
        return records.size();
    }

    /** A bound on the size of the batch so far. */
    int maxSize() {
        return bytes;
    }

    /** The batch, to be released by the caller. */
    ByteBuf batch(ByteBufAllocator allocator) {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            for (MachineRecord record : records) {
                builder.append(timestamp, record.key(), record.value());
            }
            return builder.build();
        }
    }

    void committed() {
        answers.forEach(Answer::release);
    }

    void failed(Throwable cause) {
        answers.forEach(answer -> answer.fail(cause));
    }

    /** A response and who gets it. */
    record Answer<R>(CompletableFuture<R> to, R response) {
        void release() {
            to.complete(response);
        }

        void fail(Throwable cause) {
            to.completeExceptionally(cause);
        }
    }
}
