package io.flotilla.itests.chaos;

import io.flotilla.itests.real.ProcessCluster;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** All faults there are, by the names that the command line knows them by. */
enum FaultKind {
    KILL,
    KILL_ALL,
    PAUSE,
    PAUSE_AND_KILL,
    ISOLATE,
    CUT_OFF,
    MUTE,
    PART,
    FILL,
    WIPE,
    FLIP,
    FLIP_WHILE_DOWN;

    /** Draws who it happens to. */
    Fault draw(ProcessCluster cluster, Switch network, Workload workload, Random random) {
        int brokers = cluster.brokers();
        int broker = 1 + random.nextInt(brokers);
        return switch (this) {
            case KILL -> new ProcessFaults.Kill(cluster, broker);
            case KILL_ALL -> new ProcessFaults.KillAll(cluster);
            case PAUSE -> new ProcessFaults.Pause(cluster, broker);
            case PAUSE_AND_KILL -> ProcessFaults.PauseAndKill.of(cluster, random);
            case ISOLATE -> new NetworkFaults.Isolate(network, brokers, broker);
            case CUT_OFF -> new NetworkFaults.CutOff(network, brokers, broker);
            case MUTE -> new NetworkFaults.Mute(network, brokers, broker);
            case PART -> new NetworkFaults.Part(network, broker, 1 + broker % brokers);
            case FILL -> new DiskFaults.Fill(cluster, broker);
            case WIPE -> new DiskFaults.Wipe(cluster, broker);
            case FLIP -> new DiskFaults.Flip(cluster, workload, broker, false, random);
            case FLIP_WHILE_DOWN -> new DiskFaults.Flip(cluster, workload, broker, true, random);
        };
    }

    /** Whether a replica has less afterwards than it had promised to keep. */
    boolean losesData() {
        return this == WIPE || this == FLIP || this == FLIP_WHILE_DOWN;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static FaultKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no fault is called " + word));
    }
}
