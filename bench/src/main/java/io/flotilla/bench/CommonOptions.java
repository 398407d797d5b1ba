package io.flotilla.bench;

import io.flotilla.bench.cluster.SystemUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all benchmarks let a user choose. */
final class CommonOptions {
    private static final double LEAST_SCALE = 0.01;
    private static final double MOST_SCALE = 10;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--systems",
            paramLabel = "LIST",
            description =
                    "Whom to measure, with commas between: flotilla, flotilla-write-caching, kafka, kafka-fsync (default: those to"
                            + " compare are flotilla,kafka, else flotilla alone).")
    private String systems;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description = "Multiplies how much is sent, 0.01 to 10; 1 is the full size (default: ${DEFAULT-VALUE}).")
    private double scale = 0.5;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of each broker (default: ${DEFAULT-VALUE}).")
    private String heap = "1g";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where brokers keep their data meanwhile; the disk that is measured (default: the system's place for"
                            + " temporary files).")
    private Path data;

    @Option(
            names = "--docs",
            paramLabel = "FILE",
            description = "The page whose parts are made anew; pictures and raw figures go beside it (default:"
                    + " docs/benchmarks.md of the checkout).")
    private Path docs;

    @Option(names = "--no-docs", description = "Print only.")
    private boolean noDocs;

    /** Refuses what is wrong, before anything is started. */
    void check() {
        systems(SystemUnderTest.FLOTILLA.option());
        scale();
        heap();
        data();
        if (noDocs && docs != null) {
            throw refuse("--docs and --no-docs exclude each other");
        }
    }

    boolean writesDocs() {
        return !noDocs;
    }

    /** @param unsaid whom to measure when the user has not said it */
    List<SystemUnderTest> systems(String unsaid) {
        return list("--systems", systems == null ? unsaid : systems, SystemUnderTest::named, SystemUnderTest.names());
    }

    double scale() {
        if (!(scale >= LEAST_SCALE && scale <= MOST_SCALE)) {
            throw refuse("--scale " + scale + ": must be 0.01 to 10");
        }
        return scale;
    }

    String heap() {
        if (!heap.matches("[1-9][0-9]{0,4}[mg]")) {
            throw refuse("--heap " + heap + ": must be a number and m or g, such as 1g");
        }
        return heap;
    }

    /** The parent of the temporary directory; null for the system's own place. */
    Path data() {
        if (data != null && !Files.isDirectory(data)) {
            throw refuse("--data " + data + ": must be a directory that exists");
        }
        return data;
    }

    /** The page to write; empty for none. */
    Optional<Path> docs(Path home) {
        if (noDocs) {
            return Optional.empty();
        }
        return Optional.of(docs == null ? home.resolve("docs").resolve("benchmarks.md") : docs);
    }

    /** Names with commas between, each once, in the user's order. */
    <T> List<T> list(String option, String names, Function<String, Optional<T>> byName, String all) {
        Set<T> chosen = new LinkedHashSet<>();
        for (String name : names.split(",", -1)) {
            chosen.add(byName.apply(name.strip())
                    .orElseThrow(() -> refuse(option + ": there is no '" + name.strip() + "'; there are " + all)));
        }
        return new ArrayList<>(chosen);
    }

    ParameterException refuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** As on the command line, for who wants to repeat it. */
    String text() {
        return (systems == null ? "" : "--systems " + systems + " ") + "--scale " + scale + " --heap " + heap;
    }
}
