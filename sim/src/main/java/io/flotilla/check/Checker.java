package io.flotilla.check;

import io.flotilla.check.Event.Healed;
import io.flotilla.check.Event.OfPartition;
import io.flotilla.check.Event.TopicDeleted;
import io.flotilla.check.History.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds a history against what a replicated log promises. The history should end with what each replica holds ({@link
 * Event.ReplicaLog}): without that, everything acknowledged counts as lost. Whether progress is made is asked only of histories with
 * a {@link Event.Healed}; whoever collects waits after it as long as is fair, and no longer.
 *
 * <p>Deterministic: the same history gives the same violations, ordered by partition and kind of check.
 */
public final class Checker {
    private static final List<Check> CHECKS = List.of(
            new WriteCheck(),
            new PlaceCheck(),
            new ReadCheck(),
            new BoundCheck(),
            new GroupCheck(),
            new ReplicaCheck(),
            new CompactionCheck(),
            new ProgressCheck());

    private Checker() {}

    /** All broken promises; empty when there are none. */
    public static List<Violation> check(History history) {
        List<Violation> violations = new ArrayList<>();
        for (Facts facts : arrange(history.entries())) {
            Check.Report report = new Check.Report(facts.partition, violations::add);
            CHECKS.forEach(check -> check.check(facts, report));
        }
        return List.copyOf(violations);
    }

    private static Iterable<Facts> arrange(List<Entry> entries) {
        Map<String, Long> deletedAt = new HashMap<>();
        long healedAt = Long.MAX_VALUE;
        for (Entry entry : entries) {
            if (entry.event() instanceof TopicDeleted deleted) {
                deletedAt.putIfAbsent(deleted.topic(), entry.number());
            } else if (entry.event() instanceof Healed) {
                healedAt = entry.number();
            }
        }
        Map<Partition, Facts> byPartition = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.event() instanceof OfPartition event) {
                Partition partition = event.partition();
                long deleted = deletedAt.getOrDefault(partition.topic(), Long.MAX_VALUE);
                long healed = healedAt;
                byPartition
                        .computeIfAbsent(partition, name -> new Facts(name, deleted, healed))
                        .add(entry);
            }
        }
        return byPartition.values();
    }
}
