package io.flotilla.check;

import io.flotilla.check.Event.BoundTold;
import io.flotilla.check.Event.DeletionAllowed;
import io.flotilla.check.Event.Keyed;
import io.flotilla.check.Event.Polled;
import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendFailed;
import io.flotilla.check.Event.SendIndeterminate;
import io.flotilla.check.Event.SendInvoked;
import io.flotilla.check.Event.SendKept;
import io.flotilla.check.History.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that a history says about one partition, arranged for those who check it. */
final class Facts {
    /** A record that was sent, and what became of it. */
    static final class Send {
        final String producer;
        final Entry invoked;

        /** Acknowledged, kept, failed or indeterminate; null while unanswered. */
        Entry outcome;

        Send(String producer, Entry invoked) {
            this.producer = producer;
            this.invoked = invoked;
        }
    }

    final Partition partition;

    /** All events of this partition, in order. */
    final List<Entry> entries = new ArrayList<>();

    /** By key, in the order in which they were sent. */
    final Map<String, Send> sends = new LinkedHashMap<>();

    /** By key, if the topic is compacted. */
    final Map<String, Keyed> keyed = new HashMap<>();

    /** The last {@link ReplicaLog} of each replica. */
    final Map<String, Entry> replicas = new TreeMap<>();

    /** How far the partition was known to reach: offsets below this value exist, or did. */
    final RunningMax knownEnd = new RunningMax();

    /** The offset after the last acknowledged record. */
    final RunningMax acknowledgedEnd = new RunningMax();

    private final long deletedAt;
    private final long healedAt;
    private long deletableBelow;
    private FinalLog log;
    private Map<String, Newest> newest;

    /** The newest record known of a key of a compacted topic. */
    record Newest(long offset, String key, boolean tombstone) {}

    /**
     * @param deletedAt the number of the event that deletes the topic, or {@code Long.MAX_VALUE}
     * @param healedAt the number of the event that ends all faults, or {@code Long.MAX_VALUE}
     */
    Facts(Partition partition, long deletedAt, long healedAt) {
        this.partition = partition;
        this.deletedAt = deletedAt;
        this.healedAt = healedAt;
    }

    void add(Entry entry) {
        entries.add(entry);
        Event event = entry.event();
        if (event instanceof SendInvoked sent) {
            if (sends.put(sent.key(), new Send(sent.producer(), entry)) != null) {
                throw new IllegalArgumentException("two sends with one key: " + entry);
            }
        } else if (event instanceof Keyed record) {
            keyed.put(record.key(), record);
        } else if (event instanceof SendAcknowledged acknowledged) {
            answered(acknowledged.key(), entry);
            knownEnd.add(acknowledged.offset() + 1, entry);
            acknowledgedEnd.add(acknowledged.offset() + 1, entry);
        } else if (event instanceof SendKept kept) {
            answered(kept.key(), entry);
        } else if (event instanceof SendFailed failed) {
            answered(failed.key(), entry);
        } else if (event instanceof SendIndeterminate unknown) {
            answered(unknown.key(), entry);
        } else if (event instanceof Polled polled && !polled.records().isEmpty()) {
            knownEnd.add(polled.records().get(polled.records().size() - 1).offset() + 1, entry);
        } else if (event instanceof BoundTold told) {
            knownEnd.add(told.offset(), entry);
        } else if (event instanceof DeletionAllowed deletion) {
            deletableBelow = Math.max(deletableBelow, deletion.below());
        } else if (event instanceof ReplicaLog replica) {
            replicas.put(replica.replica(), entry);
        }
    }

    private void answered(String key, Entry entry) {
        Send send = sends.get(key);
        if (send == null) {
            throw new IllegalArgumentException("answered before it was sent: " + entry);
        }
        if (send.outcome == null) {
            send.outcome = entry;
        }
    }

    /** Whether the topic was deleted: then there are no final logs to hold anything against. */
    boolean isDeleted() {
        return deletedAt != Long.MAX_VALUE;
    }

    /** Whether the topic was still to be there when an event was added. */
    boolean existsAt(Entry entry) {
        return entry.number() < deletedAt;
    }

    boolean hasHealed() {
        return healedAt != Long.MAX_VALUE;
    }

    boolean isAfterHealing(Entry entry) {
        return entry.number() > healedAt;
    }

    /** Whether a record at this offset need not be there in the end. */
    boolean mayBeGone(long offset) {
        return isDeleted() || offset < Math.min(deletableBelow, log().start());
    }

    /** Whether the topic is compacted. */
    boolean isCompacted() {
        return !keyed.isEmpty();
    }

    /** The newest record of each key that a producer or consumer was told of, or that stands in a log. */
    Map<String, Newest> newest() {
        if (newest == null) {
            newest = new TreeMap<>();
            for (Entry entry : entries) {
                if (entry.event() instanceof SendAcknowledged acknowledged) {
                    note(acknowledged.offset(), acknowledged.key());
                } else if (entry.event() instanceof Polled polled) {
                    polled.records().forEach(read -> note(read.offset(), read.key()));
                }
            }
            if (!isDeleted()) {
                log().records().forEach(record -> note(record.offset(), record.key()));
            }
        }
        return newest;
    }

    private void note(long offset, String key) {
        Keyed record = keyed.get(key);
        if (record != null) {
            newest.merge(
                    record.compactionKey(),
                    new Newest(offset, key, record.tombstone()),
                    (one, two) -> one.offset() >= two.offset() ? one : two);
        }
    }

    /** Whether compaction may have removed a record: a newer one has replaced it, or it is a tombstone. */
    boolean mayBeCompacted(long offset, String key) {
        Keyed record = keyed.get(key);
        return record != null
                && (record.tombstone() || newest().get(record.compactionKey()).offset() > offset);
    }

    /** The log may begin at this offset or before at any time, as far as is known. */
    long latestStart() {
        return isDeleted() ? deletableBelow : log().start();
    }

    FinalLog log() {
        if (log == null) {
            log = new FinalLog(replicas.values().stream()
                    .map(entry -> (ReplicaLog) entry.event())
                    .toList());
        }
        return log;
    }
}
