package io.flotilla.check;

import java.util.List;

/**
 * Something that a client did or was told, or that was found out about the cluster. Where an event has a {@code since}, it is the
 * {@link History#mark()} taken before the request was sent: what was known by then, the answer must reflect.
 *
 * <p>Records are told apart by their keys, so no two sends of a history may share one.
 */
public sealed interface Event {
    /** An event about one partition. */
    sealed interface OfPartition extends Event {
        Partition partition();
    }

    /** A record handed to a producer. All producers are idempotent and wait for the commit. */
    record SendInvoked(String producer, Partition partition, String key) implements OfPartition {}

    /**
     * The topic is compacted, and this is what the record is to it.
     *
     * @param key the record's, as in {@link SendInvoked}
     * @param compactionKey what later records replace it by
     * @param tombstone it deletes that
     */
    record Keyed(Partition partition, String key, String compactionKey, boolean tombstone) implements OfPartition {}

    /** The cluster has promised to keep the record, at this offset. */
    record SendAcknowledged(String producer, Partition partition, String key, long offset) implements OfPartition {}

    /** The cluster says that it keeps the record, and no longer where: another sending of it must have been kept. */
    record SendKept(String producer, Partition partition, String key) implements OfPartition {}

    /** The record was refused for good: no log may ever hold it. */
    record SendFailed(String producer, Partition partition, String key, String error) implements OfPartition {}

    /** Nobody knows whether the record was kept: a timeout, a lost connection, a producer that died. */
    record SendIndeterminate(String producer, Partition partition, String key, String error) implements OfPartition {}

    /** A consumer was given a partition, or sought or was reset in it, and reads on from this offset. */
    record Positioned(String consumer, Partition partition, long offset) implements OfPartition {}

    /** A consumer has given a partition up, or ended. */
    record Unassigned(String consumer, Partition partition) implements OfPartition {}

    /** A record as a consumer got it. */
    record Read(long offset, String key) {}

    /**
     * What one poll brought from one partition.
     *
     * @param next where the consumer reads on
     * @param highWatermark what the fetch said about the end of what may be read, or -1 where that is not known
     */
    record Polled(String consumer, Partition partition, List<Read> records, long next, long highWatermark)
            implements OfPartition {
        public Polled {
            records = List.copyOf(records);
        }

        @Override
        public String toString() {
            String range = records.isEmpty()
                    ? "nothing"
                    : "%d records, %s to %s".formatted(records.size(), records.get(0), records.get(records.size() - 1));
            return "Polled[%s of %s got %s; next %d, high watermark %d]"
                    .formatted(consumer, partition, range, next, highWatermark);
        }
    }

    /**
     * An answer that denies data: an offset out of range, or (with offset -1) an unknown topic or partition. Only answers that a
     * client acts upon belong here, not those that it retries by itself.
     */
    record Denied(String client, Partition partition, long offset, String answer, long since) implements OfPartition {}

    /** The ends of what can be read of a partition. */
    enum Bound {
        LOG_START,
        HIGH_WATERMARK,
        LAST_STABLE_OFFSET
    }

    /** Who told a bound. Never less than the same source told before. */
    record Source(String name, boolean current) {
        /** An answer that claims to be up to date, as ListOffsets gives it: it counts for all clients alike. */
        public static final Source CURRENT = new Source("the leader", true);

        /** A replica that may lag behind others, but not behind itself. A replica that restarts is another source. */
        public static Source replica(String name) {
            return new Source(name, false);
        }
    }

    /** Somebody was told where a partition begins or ends. */
    record BoundTold(Source source, Partition partition, Bound bound, long offset, long since) implements OfPartition {}

    /** From here on, records below an offset may go: records were deleted, or retention is on ({@code Long.MAX_VALUE}). */
    record DeletionAllowed(Partition partition, long below) implements OfPartition {}

    /** Somebody asked to delete a topic: from here on, nothing is owed about it. */
    record TopicDeleted(String topic) implements Event {}

    /** A member is about to commit an offset. What members of a group commit must never go back. */
    record CommitInvoked(String group, Partition partition, long offset) implements OfPartition {}

    /** The group's offset was committed. */
    record CommitAcknowledged(String group, Partition partition, long offset, long since) implements OfPartition {}

    /** Somebody asked for a group's offset; -1 when there was said to be none. */
    record CommitFetched(String group, Partition partition, long offset, long since) implements OfPartition {}

    /** All faults are over: progress must resume. The last one counts. */
    record Healed() implements Event {}

    /** A note for whoever reads the history: a fault, for instance. */
    record Note(String text) implements Event {}

    /**
     * A record as a replica holds it.
     *
     * @param key what producers gave it, or null where that is not known or not a producer's
     * @param checksum over all bytes of the batch that the record is stored in; in a compacted topic, over the record
     * @param compactionKey in a compacted topic, what later records replace it by; else null
     * @param tombstone it deletes that
     */
    record Stored(long offset, int term, String key, long checksum, String compactionKey, boolean tombstone) {
        /** A record of a topic that is not compacted. */
        public Stored(long offset, int term, String key, long checksum) {
            this(offset, term, key, checksum, null, false);
        }
    }

    /**
     * What a replica holds in the end, up to what it knows to be committed. The last one of a replica counts; topics that were not
     * deleted need one of each replica.
     *
     * @param end the offset after the last committed record
     */
    record ReplicaLog(String replica, Partition partition, long logStart, long end, List<Stored> records)
            implements OfPartition {
        public ReplicaLog {
            records = List.copyOf(records);
        }

        @Override
        public String toString() {
            return "ReplicaLog[%s holds %d to %d of %s, %d records]"
                    .formatted(replica, logStart, end, partition, records.size());
        }
    }
}
