package io.flotilla.check;

import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.History.Entry;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Replicas hold the same bytes wherever both have committed records, and in the end equally many. Where they are compacted, each for
 * itself, they hold the same records, except for those that compaction may remove.
 */
final class ReplicaCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        if (facts.isDeleted()) {
            return;
        }
        List<Entry> replicas = List.copyOf(facts.replicas.values());
        for (int i = 1; i < replicas.size(); i++) {
            compare(replicas.get(0), replicas.get(i), report);
        }
        if (facts.hasHealed()) {
            checkCaughtUp(facts, replicas, report);
        }
    }

    private static void compare(Entry firstEntry, Entry otherEntry, Report report) {
        ReplicaLog first = (ReplicaLog) firstEntry.event();
        ReplicaLog other = (ReplicaLog) otherEntry.event();
        long from = Math.max(first.logStart(), other.logStart());
        long to = Math.min(first.end(), other.end());
        if (from >= to) {
            return;
        }
        TreeMap<Long, Stored> ofFirst = byOffset(first);
        TreeMap<Long, Stored> ofOther = byOffset(other);
        TreeMap<Long, Stored> all = new TreeMap<>(ofFirst.subMap(from, to));
        all.putAll(ofOther.subMap(from, to));
        Map<String, Stored> newest = new HashMap<>();
        all.values().forEach(record -> newest.put(record.compactionKey(), record));
        for (long offset : all.keySet()) {
            Stored one = ofFirst.get(offset);
            Stored two = ofOther.get(offset);
            boolean compacted = (one == null) != (two == null) && mayBeCompacted(one == null ? two : one, newest);
            if (!compacted && (one == null || !one.equals(two))) {
                report.add(
                        Kind.REPLICAS_DIFFER,
                        "first at %d: %s holds %s, %s holds %s"
                                .formatted(offset, first.replica(), one, other.replica(), two),
                        firstEntry,
                        otherEntry);
                return;
            }
        }
    }

    /** Whether compaction may have removed a record from one of two replicas already. */
    private static boolean mayBeCompacted(Stored record, Map<String, Stored> newest) {
        return record.compactionKey() != null
                && (record.tombstone() || newest.get(record.compactionKey()).offset() > record.offset());
    }

    private static TreeMap<Long, Stored> byOffset(ReplicaLog replica) {
        return replica.records().stream()
                .collect(Collectors.toMap(Stored::offset, Function.identity(), (one, two) -> one, TreeMap::new));
    }

    private static void checkCaughtUp(Facts facts, List<Entry> replicas, Report report) {
        for (Entry entry : replicas) {
            ReplicaLog replica = (ReplicaLog) entry.event();
            if (replica.end() < facts.log().end()) {
                report.add(
                        Kind.NO_PROGRESS,
                        "%s has stopped at %d, before the end at %d"
                                .formatted(
                                        replica.replica(),
                                        replica.end(),
                                        facts.log().end()),
                        entry);
            }
        }
    }
}
