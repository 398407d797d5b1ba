package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.ReplicaReports;
import io.flotilla.broker.cli.explain.Explainer;
import io.flotilla.broker.cli.explain.Explanation;
import java.util.SortedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla partition}: what is the matter with a partition, and what to do about it. */
@Command(
        name = "partition",
        description =
                "Explain the state of a partition's replicas, compare them, and recover from the loss of a majority.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RecoverCommand.class, VerifyCommand.class})
final class PartitionCommand implements Runnable {
    /** Between two looks; what did not move in that time is stuck. */
    private static final long LOOK_MS = 1_000;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: explain, recover or verify.");
    }

    @Command(
            name = "explain",
            description = {
                "Say in plain words why a partition is not led, does not commit or does not catch up.",
                "All brokers that have a replica are asked, twice, a second apart."
            })
    void explain(
            @Mixin BootstrapOption cluster,
            @Parameters(paramLabel = "TOPIC-N", description = "The partition, such as orders-0.")
                    PartitionName partition,
            @Option(names = "--json", description = "Print JSON, for programs.") boolean json)
            throws InterruptedException {
        Explanation explanation;
        try (KafkaClient client = cluster.connect()) {
            ReplicaReports reports = new ReplicaReports(client);
            SortedMap<Integer, ReplicaReports.Report> before = reports.ask(partition.topic(), partition.number());
            Thread.sleep(LOOK_MS);
            SortedMap<Integer, ReplicaReports.Report> now = reports.ask(partition.topic(), partition.number());
            explanation = Explainer.explain(partition.topic(), partition.number(), before, now);
        }
        if (json) {
            spec.commandLine().getOut().println(ExplanationFormat.json(explanation));
        } else {
            ExplanationFormat.print(explanation, spec.commandLine().getOut());
        }
    }
}
