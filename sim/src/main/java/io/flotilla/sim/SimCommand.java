package io.flotilla.sim;

import io.flotilla.broker.cli.CommandException;
import io.flotilla.broker.cli.ExtraCommand;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla sim}: plays seeds, and shows what was found. */
@Command(
        name = "sim",
        description = {
            "Run whole brokers and their clients in virtual time, and let faults happen to them.",
            "",
            "Everything follows from the seed: the same seed and options give the same run. Faults come first; then "
                    + "everything heals, and work must be done again within 60 simulated seconds. What clients saw and "
                    + "what replicas hold is checked all the time."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all seeds passed",
            "1:something was found wrong; the output says how to see it again",
            "2:wrong usage"
        })
public final class SimCommand implements ExtraCommand {
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_SHOWN = 5;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            description = "How many seeds, one after another (default: ${DEFAULT-VALUE}).")
    private int seeds = 1;

    @Option(
            names = "--brokers",
            paramLabel = "3..7",
            description = "Brokers in the cluster (default: ${DEFAULT-VALUE}).")
    private int brokers = 3;

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            completionCandidates = FaultNames.class,
            description =
                    "all, none, or kinds with commas between: ${COMPLETION-CANDIDATES}. Each seed draws some of them"
                            + " (default: ${DEFAULT-VALUE}).")
    private String faults = "all";

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description =
                    "Simulated minutes during which faults happen; may be a fraction (default: ${DEFAULT-VALUE}).")
    private double minutes = 0.2;

    @Option(names = "--trace", description = "Show what happened, also where nothing was found wrong.")
    private boolean trace;

    /** The kinds of faults, for the help. */
    static final class FaultNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Fault.values()).map(Fault::option).iterator();
        }
    }

    /** Sums over all seeds. */
    private final AtomicLong played = new AtomicLong();

    private final AtomicLong virtualNanos = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    @Override
    public Integer call() {
        SimOptions options = options();
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        TreeMap<Long, SimResult> failed = play(options);
        long nanos = System.nanoTime() - start;
        if (seeds == 1 && trace && failed.isEmpty()) {
            SimResult shown = Simulation.run(options.withTrace());
            shown.notes().forEach(out::println);
        }
        failed.values().stream().limit(MOST_SHOWN).forEach(result -> show(result.options(), out));
        if (failed.size() > MOST_SHOWN) {
            out.println(
                    "Failed too: " + failed.keySet().stream().skip(MOST_SHOWN).toList());
        }
        out.printf(
                "%d of %d seeds passed: %.2f simulated hours in %.1f s (%.2f simulated hours per minute), %d events,"
                        + " %d records acknowledged%n",
                seeds - failed.size(),
                seeds,
                hours(),
                nanos / 1e9,
                hours() / (nanos / 6e10),
                events.get(),
                acknowledged.get());
        return failed.isEmpty() ? 0 : 1;
    }

    private double hours() {
        return virtualNanos.get() / 3.6e12;
    }

    private SimOptions options() {
        if (brokers < 3 || brokers > 7) {
            throw new ParameterException(spec.commandLine(), "--brokers " + brokers + ": must be 3 to 7");
        }
        if (seeds < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds " + seeds + ": must be 1 or more");
        }
        if (!(minutes > 0 && minutes <= 24 * 60)) {
            throw new ParameterException(
                    spec.commandLine(), "--minutes " + minutes + ": must be above 0, at most 1440");
        }
        int seconds = (int) Math.max(1, Math.round(minutes * 60));
        return new SimOptions(seed, brokers, faults(), seconds, false);
    }

    private Set<Fault> faults() {
        if (faults.equals("all")) {
            return EnumSet.allOf(Fault.class);
        }
        EnumSet<Fault> chosen = EnumSet.noneOf(Fault.class);
        if (!faults.equals("none")) {
            for (String name : faults.split(",", -1)) {
                chosen.add(Arrays.stream(Fault.values())
                        .filter(fault -> fault.option().equals(name.trim()))
                        .findFirst()
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                "--faults: there is no kind '" + name + "'; there are "
                                        + names(EnumSet.allOf(Fault.class)))));
            }
        }
        return chosen;
    }

    private static String names(Set<Fault> faults) {
        return faults.stream().map(Fault::option).collect(Collectors.joining(", "));
    }

    /** Plays all seeds, several at a time, and returns the results of those that failed. */
    private TreeMap<Long, SimResult> play(SimOptions options) {
        int threads = Math.min(seeds, Runtime.getRuntime().availableProcessors());
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            AtomicLong next = new AtomicLong(seed);
            List<Future<TreeMap<Long, SimResult>>> results =
                    workers.invokeAll(Collections.nCopies(threads, () -> work(options, next)));
            TreeMap<Long, SimResult> failed = new TreeMap<>();
            for (Future<TreeMap<Long, SimResult>> result : results) {
                failed.putAll(result.get());
            }
            return failed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private TreeMap<Long, SimResult> work(SimOptions options, AtomicLong next) {
        TreeMap<Long, SimResult> failed = new TreeMap<>();
        long told = System.nanoTime();
        for (long mine = next.getAndIncrement(); mine < seed + seeds; mine = next.getAndIncrement()) {
            SimResult result = Simulation.run(options.withSeed(mine));
            played.incrementAndGet();
            virtualNanos.addAndGet(result.virtualNanos());
            events.addAndGet(result.events());
            acknowledged.addAndGet(result.acknowledged());
            if (!result.passed()) {
                failed.put(mine, result);
                spec.commandLine().getErr().println("seed " + mine + " failed");
            }
            if (System.nanoTime() - told > PROGRESS_NANOS) {
                told = System.nanoTime();
                spec.commandLine()
                        .getErr()
                        .printf("%d of %d seeds, %.2f simulated hours%n", played.get(), seeds, hours());
            }
        }
        return failed;
    }

    /** Plays a seed that failed once more, with words. */
    private void show(SimOptions options, PrintWriter out) {
        SimResult result = Simulation.run(options.withTrace());
        out.println("---- seed " + options.seed() + ": what happened last");
        result.notes().forEach(out::println);
        out.println("---- seed " + options.seed() + " failed");
        if (result.passed()) {
            out.println("It passed when it was played again: the simulator is not deterministic. Please report this.");
            return;
        }
        out.println(result.failure().getMessage());
        if (result.failure().getCause() != null) {
            result.failure().getCause().printStackTrace(out);
        }
        out.println("See it again: " + options.command());
        out.println();
    }
}
