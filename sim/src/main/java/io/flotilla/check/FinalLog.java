package io.flotilla.check;

import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.Stored;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What all replicas of a partition hold together in the end. Where they differ, the first one's word counts. */
final class FinalLog {
    private final TreeMap<Long, Stored> records = new TreeMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final long start;
    private final long end;

    FinalLog(Collection<ReplicaLog> replicas) {
        long greatestStart = 0;
        long greatestEnd = 0;
        for (ReplicaLog replica : replicas) {
            greatestStart = Math.max(greatestStart, replica.logStart());
            greatestEnd = Math.max(greatestEnd, replica.end());
            replica.records().forEach(record -> records.putIfAbsent(record.offset(), record));
        }
        start = greatestStart;
        end = greatestEnd;
        records.forEach((offset, record) -> {
            if (record.key() != null) {
                offsets.putIfAbsent(record.key(), offset);
            }
        });
    }

    Collection<Stored> records() {
        return records.values();
    }

    boolean holds(long offset, String key) {
        Stored record = records.get(offset);
        return record != null && key.equals(record.key());
    }

    /** The first offset of a record, or null. */
    Long offsetOf(String key) {
        return offsets.get(key);
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }
}
