package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.ReplicaComparison;
import io.flotilla.broker.cli.client.ReplicaComparison.Finding;
import io.flotilla.broker.cli.client.ReplicaComparison.Result;
import io.flotilla.broker.cli.client.ReplicaReports;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.wire.message.DescribeReplicasResponse;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla partition verify}: compares what the replicas of partitions hold. */
@Command(
        name = "verify",
        description = {
            "Compare what all replicas of a partition have committed, by checksums of what is on their disks.",
            "Damage found on the way is repaired by the brokers. Exit code 1: replicas differ, are damaged, or do not"
                    + " answer."
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BootstrapOption cluster;

    @Parameters(
            arity = "0..*",
            paramLabel = "TOPIC-N",
            description = "The partitions; __cluster_metadata-0 is the cluster's metadata.")
    private List<PartitionName> partitions = new ArrayList<>();

    @Option(names = "--all", description = "All partitions.")
    private boolean all;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() {
        if (all != partitions.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Name the partitions, or say --all.");
        }
        List<Result> results = new ArrayList<>();
        try (KafkaClient client = cluster.connect()) {
            ReplicaReports reports = new ReplicaReports(client);
            SortedMap<String, List<DescribeReplicasResponse.Replica>> known = byPartition(reports.askAll());
            for (String wanted : all ? known.keySet() : names()) {
                if (!known.containsKey(wanted)) {
                    throw new CommandException("no broker that answers has a replica of " + wanted);
                }
            }
            try (ReplicaComparison comparison = new ReplicaComparison(reports.brokers())) {
                for (String wanted : all ? known.keySet() : names()) {
                    results.add(compare(comparison, known.get(wanted)));
                    if (!json) {
                        print(results.get(results.size() - 1));
                    }
                }
            }
        }
        if (json) {
            out().println(Json.of(results.stream().map(VerifyCommand::json).toList()));
        }
        return results.stream().allMatch(Result::same) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private TreeSet<String> names() {
        TreeSet<String> names = new TreeSet<>();
        partitions.forEach(partition -> names.add(partition.toString()));
        return names;
    }

    private static SortedMap<String, List<DescribeReplicasResponse.Replica>> byPartition(
            SortedMap<Integer, Report> reports) {
        SortedMap<String, List<DescribeReplicasResponse.Replica>> known = new TreeMap<>();
        for (Report report : reports.values()) {
            if (report instanceof Report.Answered answered) {
                for (DescribeReplicasResponse.Replica replica :
                        answered.response().replicas()) {
                    known.computeIfAbsent(replica.topic() + "-" + replica.partition(), name -> new ArrayList<>())
                            .add(replica);
                }
            }
        }
        return known;
    }

    /** Begins with the leader, or else with whoever has the most. */
    private static Result compare(ReplicaComparison comparison, List<DescribeReplicasResponse.Replica> seen) {
        DescribeReplicasResponse.Replica best = seen.stream()
                .max(Comparator.comparing(DescribeReplicasResponse.Replica::leading)
                        .thenComparingLong(DescribeReplicasResponse.Replica::commitIndex))
                .orElseThrow();
        TreeSet<Integer> others = new TreeSet<>(best.assigned());
        others.addAll(best.voters());
        others.addAll(best.learners());
        List<Integer> members = new ArrayList<>(others);
        if (others.contains(best.leaderId())) {
            members.remove((Integer) best.leaderId());
            members.add(0, best.leaderId());
        }
        return comparison.compare(best, members);
    }

    private void print(Result result) {
        String replicas = "replicas on brokers " + result.replicas();
        if (result.same()) {
            out().printf(
                            "%s: %s are the same up to offset %d (%d bytes)%n",
                            result.partition(), replicas, result.endOffset(), result.bytes());
        } else {
            out().printf("%s: %s are NOT the same%n", result.partition(), replicas);
        }
        for (Finding finding : result.findings()) {
            String where = finding.endOffset() < 0
                    ? ""
                    : ", offsets %d to %d".formatted(finding.firstOffset(), finding.endOffset() - 1);
            out().printf("  broker %d%s: %s: %s%n", finding.broker(), where, words(finding), finding.message());
        }
    }

    private static String words(Finding finding) {
        return finding.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Map<String, Object> json(Result result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("partition", result.partition());
        object.put("replicas", result.replicas());
        object.put("same", result.same());
        object.put("endOffset", result.endOffset());
        object.put("bytes", result.bytes());
        object.put(
                "findings", result.findings().stream().map(VerifyCommand::json).toList());
        return object;
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("broker", finding.broker());
        object.put("kind", words(finding));
        object.put("firstOffset", finding.firstOffset());
        object.put("endOffset", finding.endOffset());
        object.put("message", finding.message());
        return object;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
