package io.flotilla.broker.cli;

import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.inspect.Dump;
import io.flotilla.log.inspect.Fact;
import io.flotilla.log.inspect.Problem;
import io.flotilla.log.inspect.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla log}: looks at a log directory from outside. Nothing is changed; a broker may run on it meanwhile. */
@Command(
        name = "log",
        description =
                "Print or check the files of a log directory. Nothing is changed, and a broker may be running on it.",
        synopsisSubcommandLabel = "COMMAND")
final class LogCommand implements Runnable {
    /** What stands under a batch or a snapshot, and is set in as part of it. */
    private static final Set<String> PARTS =
            Set.of("record", "segment", "term-start", "configuration", "producer", "line", "group");

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: dump or verify.");
    }

    @Command(
            name = "dump",
            description = {
                "Print what is in a file of a log directory, or in all files of a directory:",
                "segments, indexes, snapshots, the journal of terms and votes."
            })
    void dump(
            @Parameters(paramLabel = "FILE|DIR", description = "A file, a partition's directory or a log directory.")
                    Path path,
            @Option(
                            names = {"-r", "--records", "--print-data-log"},
                            description = "Also print the records in the batches, with key, value and headers.")
                    boolean records,
            @Option(names = "--json", description = "Print each fact as a JSON object on a line of its own.")
                    boolean json)
            throws IOException {
        requireExists(path, "dump");
        Dump dump = new Dump(new JdkFileSystem(), records, fact -> print(fact, json));
        if (Files.isDirectory(path)) {
            dump.directory(path);
        } else {
            dump.file(path);
        }
    }

    private void print(Fact fact, boolean json) {
        StringBuilder line = new StringBuilder();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("kind", fact.kind());
            fact.fields()
                    .forEach((name, value) -> object.put(name, value instanceof Instant t ? t.toEpochMilli() : value));
            line.append(Json.line(object));
        } else {
            line.append(PARTS.contains(fact.kind()) ? "    " : "  ").append(fact.kind());
            fact.fields().forEach((name, value) -> line.append("  ")
                    .append(name)
                    .append(": ")
                    .append(value instanceof String text ? visible(text) : value));
        }
        out().println(
                        json || !fact.kind().equals("file")
                                ? line
                                : line.toString().strip());
    }

    private static String visible(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    @Command(
            name = "verify",
            description = {
                "Check a log directory, or one partition's: checksums, order and contiguity of entries, and that indexes,",
                "snapshots and segments agree. Says what is wrong and where.",
                "What a crash or a running broker explains is noted; the next start puts it right."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:no damage", "1:damage found, or the directory cannot be read", "2:wrong usage"})
    int verify(
            @Parameters(paramLabel = "DIR", description = "A log directory or a partition's directory.") Path directory,
            @Option(names = "--json", description = "Print each problem, and the totals, as a JSON object on a line.")
                    boolean json)
            throws IOException {
        requireExists(directory, "verify");
        if (!Files.isDirectory(directory)) {
            throw new ParameterException(
                    spec.commandLine().getSubcommands().get("verify"), directory + " is not a directory");
        }
        Verifier.Totals totals =
                new Verifier(new JdkFileSystem(), problem -> print(problem, json)).verify(directory.toAbsolutePath());
        print(totals, json);
        return totals.damages() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void print(Problem problem, boolean json) {
        if (!json) {
            out().println(problem);
            return;
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", problem.damage() ? "damage" : "note");
        object.put("file", problem.file());
        object.put("position", problem.position());
        object.put("what", problem.what());
        out().println(Json.line(object));
    }

    private void print(Verifier.Totals totals, boolean json) {
        if (!json) {
            out().printf(
                            "%d partitions, %d segments, %d bytes, %d entries, %d records: %s%n",
                            totals.partitions(),
                            totals.segments(),
                            totals.bytes(),
                            totals.entries(),
                            totals.records(),
                            totals.damages() == 0 ? "no damage" : totals.damages() + " damaged places");
            return;
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", "totals");
        object.put("partitions", totals.partitions());
        object.put("segments", totals.segments());
        object.put("bytes", totals.bytes());
        object.put("entries", totals.entries());
        object.put("records", totals.records());
        object.put("damages", totals.damages());
        out().println(Json.line(object));
    }

    private void requireExists(Path path, String command) {
        if (!Files.exists(path)) {
            throw new ParameterException(spec.commandLine().getSubcommands().get(command), path + " does not exist");
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
