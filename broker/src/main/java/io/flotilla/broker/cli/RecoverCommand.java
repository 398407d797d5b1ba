package io.flotilla.broker.cli;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.ReplicaReports;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.broker.cli.explain.Recovery;
import io.flotilla.wire.message.ForceReplicaResponse;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla partition recover}: the unsafe way out when a majority is lost for good. Looks first, and only then acts. */
@Command(
        name = "recover",
        description = {
            "Let one surviving replica go on alone when a majority of a partition's replicas is lost for good.",
            "Without --unsafe --yes it only tells what would be done, and what is at risk. Records that only the lost"
                    + " replicas had are gone afterwards, acknowledged or not; and the lost replicas must never come back"
                    + " with what they had."
        })
final class RecoverCommand implements Runnable {
    /** How long brokers may take to open their replicas once the metadata is led again. */
    private static final int LOOKS = 60;

    private static final long LOOK_MS = 500;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BootstrapOption cluster;

    @Parameters(
            arity = "0..*",
            paramLabel = "TOPIC-N",
            description = "The partitions; __cluster_metadata-0 is the cluster's metadata.")
    private List<PartitionName> partitions = new ArrayList<>();

    @Option(names = "--all", description = "All partitions that have lost their majority.")
    private boolean all;

    @Option(names = "--unsafe", description = "Say that you know that records can be lost.")
    private boolean unsafe;

    @Option(names = "--yes", description = "Do it.")
    private boolean yes;

    @Override
    public void run() {
        if (yes && !unsafe) {
            throw new ParameterException(spec.commandLine(), "--yes needs --unsafe: records can be lost");
        }
        if (all != partitions.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Name the partitions, or say --all.");
        }
        try (KafkaClient client = cluster.connect()) {
            ReplicaReports reports = new ReplicaReports(client);
            List<Recovery> needed = wanted(Recovery.needed(reports.askAll()));
            RecoveryFormat.print(needed, out());
            if (needed.isEmpty()) {
                return;
            }
            if (yes) {
                carryOut(reports, needed);
            } else {
                RecoveryFormat.printAdvice(needed, all, out());
            }
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private List<Recovery> wanted(List<Recovery> needed) {
        if (all) {
            return needed;
        }
        List<String> names = new ArrayList<>(
                partitions.stream().map(PartitionName::toString).distinct().toList());
        List<Recovery> wanted = needed.stream()
                .filter(recovery -> names.remove(recovery.name()))
                .toList();
        if (!names.isEmpty()) {
            throw new CommandException("%s: there is a leader, or a majority that can elect one, or no replica is left;"
                            .formatted(String.join(", ", names))
                    + " `flotilla partition explain` tells which");
        }
        return wanted;
    }

    private void carryOut(ReplicaReports reports, List<Recovery> needed) {
        List<Recovery> rest = new ArrayList<>(needed);
        if (needed.get(0).isMetadata()) {
            force(reports, rest.remove(0));
            // Brokers that were started without metadata open their other replicas only now.
            rest = all ? awaitReplicas(reports) : rest;
        }
        List<String> failed = new ArrayList<>();
        for (Recovery recovery : rest) {
            if (recovery.survivor() < 0) {
                failed.add(recovery.name());
            } else {
                force(reports, recovery);
            }
        }
        if (!failed.isEmpty()) {
            throw new CommandException("no replica is left of " + String.join(", ", failed));
        }
    }

    private void force(ReplicaReports reports, Recovery recovery) {
        ForceReplicaResponse forced = reports.force(recovery.survivor(), recovery.chosen());
        out().printf(
                        "%s: broker %d is the only voter now and leads in term %d. It serves offsets %d to %d; others are"
                                + " added again as the cluster's metadata says.%n",
                        recovery.name(),
                        recovery.survivor(),
                        forced.term(),
                        recovery.chosen().logStartOffset(),
                        forced.highWatermark() - 1);
        out().flush();
    }

    /** What is left to do once all brokers that answer have opened what they can. */
    private List<Recovery> awaitReplicas(ReplicaReports reports) {
        SortedMap<Integer, Report> now = reports.askAll();
        TreeSet<Integer> seen = new TreeSet<>();
        for (int look = 0; look < LOOKS && isOpening(now, seen); look++) {
            try {
                Thread.sleep(LOOK_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandException("interrupted");
            }
            now = reports.askAll();
        }
        return Recovery.needed(now).stream()
                .filter(recovery -> !recovery.isMetadata())
                .toList();
    }

    private static boolean isOpening(SortedMap<Integer, Report> reports, TreeSet<Integer> seen) {
        boolean opening = false;
        for (int broker : reports.keySet()) {
            if (reports.get(broker) instanceof Report.Answered answered) {
                // One more look at each: its metadata may still grow.
                opening |= seen.add(broker);
                opening |= answered.response().replicas().stream()
                        .anyMatch(replica ->
                                replica.state() == DescribeReplicasHandler.NOT_OPENED && replica.problem() == null);
            }
        }
        return opening;
    }
}
