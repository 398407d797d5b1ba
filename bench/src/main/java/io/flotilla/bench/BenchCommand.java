package io.flotilla.bench;

import io.flotilla.bench.load.Workload;
import io.flotilla.bench.profile.Profiler;
import io.flotilla.broker.cli.CommandException;
import io.flotilla.broker.cli.ExtraCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flotilla bench}: compares systems, or takes profiles. */
@Command(
        name = "bench",
        subcommands = {ScaleCommand.class, MicroCommand.class},
        description = {
            "Compare Flotilla with Apache Kafka on this machine, under Kafka's own perf tools.",
            "",
            "Each system runs as three brokers on free ports of 127.0.0.1 with data in a temporary directory, one system at a time,"
                    + " in turns A-B-B-A. Everything that is started is stopped and deleted at the end. With the defaults it"
                    + " takes about 17 minutes; with --systems flotilla,kafka,kafka-fsync about 25."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:everything was measured", "1:something failed; the output says what", "2:wrong usage"})
public final class BenchCommand implements ExtraCommand {
    private static final int MOST_ROUNDS = 20;
    private static final int INTERRUPTED = 130;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--workloads",
            paramLabel = "LIST",
            description =
                    "What to measure, with commas between: all, or produce_1k, produce_100b, latency_1k, consume_1k, end_to_end,"
                            + " spread_300, idle_1000, failover (default: ${DEFAULT-VALUE}).")
    private String workloads = "all";

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each system is measured, 1 to 20; A-B-B-A is 2 (default: ${DEFAULT-VALUE}).")
    private int rounds = 2;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the raw figures go, as JSON (default: benchmarks/comparison.json beside the page).")
    private Path out;

    @Option(
            names = "--profile",
            paramLabel = "LIST",
            description =
                    "Do not compare, but take a profile of the brokers under each of these workloads; summary and flame graph go"
                            + " to profiles/ beside the page.")
    private String profile;

    @Option(
            names = "--profile-event",
            paramLabel = "EVENT",
            description = "What is sampled: cpu, alloc or wall (default: ${DEFAULT-VALUE}).")
    private String profileEvent = "cpu";

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw common.refuse("--rounds " + rounds + ": must be 1 to " + MOST_ROUNDS);
        }
        boolean profiling = profile != null;
        List<Workload> chosen = workloads(profiling ? "--profile" : "--workloads", profiling ? profile : workloads);
        Profiler.Event event = Profiler.Event.named(profileEvent)
                .orElseThrow(() -> common.refuse(
                        "--profile-event: there is no '" + profileEvent + "'; there are " + Profiler.Event.names()));
        common.check();
        if (profiling && !common.writesDocs()) {
            throw common.refuse("--profile has nothing to do with --no-docs");
        }
        try (Session session = new Session(common, spec.commandLine().getErr())) {
            try {
                if (profiling) {
                    new ProfileRun(session, common, event).run(chosen);
                    return 0;
                }
                ComparisonRun run = new ComparisonRun(session, common, chosen, rounds);
                return run.run(spec.commandLine().getOut(), out) ? 0 : 1;
            } catch (CommandException e) {
                if (session.ending()) {
                    return INTERRUPTED;
                }
                throw e;
            }
        }
    }

    private List<Workload> workloads(String option, String names) {
        if (names.equals("all")) {
            return List.of(Workload.values());
        }
        List<Workload> chosen = common.list(option, names, Workload::named, "all, " + Workload.names());
        // In the order in which they can run: the last one leaves a broker dead.
        chosen.sort(null);
        return chosen;
    }
}
