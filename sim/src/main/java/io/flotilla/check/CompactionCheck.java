package io.flotilla.check;

import io.flotilla.check.Event.Keyed;
import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.History.Entry;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * Who reads a compacted log from its beginning ends up with the newest record of each key: none older, and none where the newest
 * is a tombstone, be it still there or not.
 */
final class CompactionCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        if (facts.isDeleted() || !facts.isCompacted()) {
            return;
        }
        for (Entry entry : facts.replicas.values()) {
            check(facts, (ReplicaLog) entry.event(), entry, report);
        }
    }

    private static void check(Facts facts, ReplicaLog replica, Entry entry, Report report) {
        Map<String, Stored> last = new HashMap<>();
        for (Stored record : replica.records()) {
            Keyed keyed = facts.keyed.get(record.key());
            if (keyed != null) {
                last.put(keyed.compactionKey(), record);
            }
        }
        facts.newest().forEach((key, newest) -> {
            Stored found = last.get(key);
            boolean isThere = newest.offset() >= replica.logStart() && newest.offset() < replica.end();
            boolean right = found == null ? newest.tombstone() : found.offset() == newest.offset();
            if (isThere && !right) {
                report.add(
                        Kind.RESURRECTED,
                        "%s: the newest of %s is %s at %d%s, but %s has %s"
                                .formatted(
                                        replica.partition(),
                                        key,
                                        newest.key(),
                                        newest.offset(),
                                        newest.tombstone() ? ", a tombstone" : "",
                                        replica.replica(),
                                        found),
                        entry);
            }
        });
    }
}
