package io.flotilla.bench;

import io.flotilla.bench.load.Axis;
import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flotilla bench scale}: measures along an axis. */
@Command(
        name = "scale",
        description =
                "Measure how figures change with the number of partitions or connections, or with the size of records, and"
                        + " draw the curves.")
public final class ScaleCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;
    private static final int INTERRUPTED = 130;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--axis",
            required = true,
            paramLabel = "AXIS",
            description = "partitions, connections or record-size.")
    private String axis;

    @Option(
            names = "--points",
            paramLabel = "LIST",
            description = "Where to measure, with commas between (default: those of the axis).")
    private String points;

    @Override
    public Integer call() throws IOException {
        Axis chosen = Axis.named(axis)
                .orElseThrow(() -> common.refuse("--axis: there is no '" + axis + "'; there are " + Axis.names()));
        List<Integer> at = points == null ? chosen.points() : points();
        common.check();
        try (Session session = new Session(common, spec.commandLine().getErr())) {
            try {
                new ScaleRun(session, common, chosen, at).run(spec.commandLine().getOut());
                return 0;
            } catch (CommandException e) {
                if (session.ending()) {
                    return INTERRUPTED;
                }
                throw e;
            }
        }
    }

    private List<Integer> points() {
        TreeSet<Integer> at = new TreeSet<>(common.list(
                "--points",
                points,
                text -> text.matches("[1-9][0-9]{0,6}") && Integer.parseInt(text) <= MOST
                        ? Optional.of(Integer.valueOf(text))
                        : Optional.empty(),
                "whole numbers from 1 to " + MOST));
        return List.copyOf(at);
    }
}
