package io.flotilla.itests.chaos;

import io.flotilla.check.Checker;
import io.flotilla.check.Event.Healed;
import io.flotilla.check.Event.Note;
import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.check.Violation;
import io.flotilla.itests.real.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * The end of a run: all faults are over, and everything gets the time to catch up that is fair. What has not by then is for the checker to
 * say.
 */
final class Settling {
    /** Within this time the cluster must be at work again after a fault, and everything equal at the end. */
    static final Duration RECOVERY = Duration.ofSeconds(45);

    private final History history;
    private final Workload workload;
    private final Callable<List<Path>> directories;

    /** @param directories finds the data of brokers 1 and following, as it is at that time */
    Settling(History history, Workload workload, Callable<List<Path>> directories) {
        this.history = history;
        this.workload = workload;
        this.directories = directories;
    }

    /** Ends the workload and checks its history. */
    List<Violation> settle() throws Exception {
        history.add(new Healed());
        workload.awaitProgress(RECOVERY);
        workload.stopWriting();
        workload.read("last reader", Map.of());
        Map<Partition, Long> ends = ends();
        waitFor("all readers have arrived", () -> workload.hasRead(ends));
        waitFor("all replicas are equal", () -> logs().size() == 1);
        workload.close();
        int id = 1;
        for (Path directory : directories.call()) {
            StoredLogs.in("broker " + id++, directory).forEach(history::add);
        }
        return Checker.check(history);
    }

    private void waitFor(String what, Callable<Boolean> condition) {
        try {
            Await.until(RECOVERY, () -> what, condition);
        } catch (AssertionError e) {
            history.add(new Note(e.getMessage()));
        }
    }

    /** What brokers hold, once each where several hold the same. */
    private Set<List<ReplicaLog>> logs() throws Exception {
        Set<List<ReplicaLog>> logs = new HashSet<>();
        for (Path directory : directories.call()) {
            logs.add(StoredLogs.in("any", directory));
        }
        return logs;
    }

    /** The greatest end of each partition of the workload on any broker. */
    private Map<Partition, Long> ends() throws Exception {
        Map<Partition, Long> ends = new TreeMap<>();
        for (List<ReplicaLog> broker : logs()) {
            broker.stream()
                    .filter(log -> log.partition().topic().equals(Workload.topic()))
                    .forEach(log -> ends.merge(log.partition(), log.end(), Math::max));
        }
        return ends;
    }
}
