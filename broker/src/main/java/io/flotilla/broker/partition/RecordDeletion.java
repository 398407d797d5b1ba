package io.flotilla.broker.partition;

import io.flotilla.broker.env.Clock;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.maintain.Retention;
import io.flotilla.wire.frame.ErrorCode;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the start of a partition's log, because somebody asked for it or because retention no longer asks for what comes before.
 * The leader decides, and all replicas agree, so that the start never goes back under another leader. Used on the replica's
 * loop only.
 */
final class RecordDeletion {
    private static final Logger LOG = LoggerFactory.getLogger(RecordDeletion.class);

    private final Replica replica;
    private final PartitionLog log;
    private final Appender appender;
    private final Clock clock;
    /** A log start that retention asked for is not committed yet. */
    private boolean retaining;

    RecordDeletion(Replica replica, PartitionLog log, Appender appender, Clock clock) {
        this.replica = replica;
        this.log = log;
        this.appender = appender;
        this.clock = clock;
    }

    /**
     * Deletes the records below an offset. The result carries the new log start offset.
     *
     * @param offset at most the high watermark
     */
    void deleteBelow(long offset, long deadlineNanos, Consumer<ProduceResult> done) {
        if (!replica.isLeading()) {
            done.accept(ProduceResult.failed(replica.unavailable(), null));
        } else if (offset > replica.highWatermark() || offset < 0) {
            done.accept(ProduceResult.failed(
                    ErrorCode.OFFSET_OUT_OF_RANGE, "offset " + offset + ", high watermark " + replica.highWatermark()));
        } else if (offset <= replica.logStartOffset()) {
            done.accept(ProduceResult.succeeded(-1, -1, replica.logStartOffset()));
        } else {
            appender.startLogAt(offset, deadlineNanos, done);
        }
    }

    /** Lets go of segments that {@code retention.ms} and {@code retention.bytes} no longer ask for, if this replica leads. */
    void enforceRetention() {
        if (!replica.isLeading() || retaining || !replica.config().delete()) {
            return;
        }
        long start = Retention.logStart(
                log.segments(),
                replica.config().retentionMs(),
                replica.config().retentionBytes(),
                clock.millis(),
                replica.highWatermark());
        if (start > replica.logStartOffset()) {
            retaining = true;
            appender.startLogAt(start, Replica.NO_DEADLINE, result -> {
                retaining = false;
                LOG.info("{}: retention moves the log's start to offset {}: {}", replica.name(), start, result.error());
            });
        }
    }
}
