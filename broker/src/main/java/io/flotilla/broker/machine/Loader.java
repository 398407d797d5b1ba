package io.flotilla.broker.machine;

import io.flotilla.broker.partition.LedPartition;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a partition's log into a new machine, one chunk a turn so that the loop's other work goes on. Ends at the log
 * end of the moment it began: what a leader has in its log then either becomes committed or the leader falls.
 */
final class Loader {
    private static final int CHUNK_BYTES = 1 << 20;
    /** The largest batch is far below; a batch that grows beyond this is damage. */
    private static final int MAX_DECOMPRESSED_BYTES = 64 << 20;

    /** How long to wait before reading again what could not be read. */
    private static final long RETRY_MS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Loader.class);

    private final String name;
    private final LedPartition partition;
    private final StateMachine machine;
    private final Consumer<RuntimeException> done;
    private final long end;
    private final BatchCursor cursor = new BatchCursor();
    private long next;
    private boolean reading;
    private boolean finished;

    /** @param done called once on the partition's loop, with null, or with why the log's contents are unreadable */
    Loader(String name, LedPartition partition, StateMachine machine, Consumer<RuntimeException> done) {
        this.name = name;
        this.partition = partition;
        this.machine = machine;
        this.done = done;
        this.next = partition.logStartOffset();
        this.end = partition.logEndOffset();
    }

    /** Goes on from where it is; called at the start and whenever more may have been committed. */
    void resume() {
        if (finished || reading) {
            return;
        }
        next = Math.max(next, partition.logStartOffset()); // retention may have moved on
        if (next >= end) {
            finish(null);
        } else if (next < partition.highWatermark()) {
            reading = true;
            partition.readCommitted(next, CHUNK_BYTES).whenComplete(this::arrived);
        }
    }

    /** Stops without calling anybody. */
    void cancel() {
        finished = true;
    }

    private void arrived(ByteBuf chunk, Throwable failure) {
        reading = false;
        if (failure != null) {
            if (!finished) {
                log.warn("{}: reading at offset {} failed and is tried again: {}", name, next, failure.toString());
                partition.loop().schedule(this::resume, RETRY_MS);
            }
            return;
        }
        if (finished) {
            chunk.release();
            return;
        }
        try {
            replay(chunk);
        } catch (RuntimeException e) {
            finish(e);
            return;
        } finally {
            chunk.release();
        }
        partition.loop().execute(this::resume);
    }

    private void replay(ByteBuf chunk) {
        long from = next;
        cursor.wrap(chunk);
        BatchCursor.Step step = cursor.next();
        for (; step == BatchCursor.Step.BATCH; step = cursor.next()) {
            if (!cursor.batch().isControl()) {
                Records.forEach(cursor.batch(), MAX_DECOMPRESSED_BYTES, record -> {
                    if (record.offset() >= from) { // a batch may begin below the log start
                        machine.replay(record);
                    }
                });
            }
            next = cursor.batch().nextOffset();
        }
        if (step != BatchCursor.Step.END || next == from) {
            throw new IllegalStateException("unreadable log at offset " + next + ": " + step);
        }
    }

    private void finish(RuntimeException failure) {
        if (!finished) {
            finished = true;
            done.accept(failure);
        }
    }
}
