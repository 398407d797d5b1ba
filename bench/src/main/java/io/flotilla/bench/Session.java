package io.flotilla.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.Installation;
import io.flotilla.bench.cluster.OwnProcesses;
import io.flotilla.bench.cluster.Programs;
import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Target;
import io.flotilla.bench.report.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** What a benchmark works with from its start to its end. Closing it ends every process that it started. */
final class Session implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final Installation installation = Installation.ofThisProgram();
    private final OwnProcesses processes;
    private final Programs programs;
    private final String heap;
    private final double scale;
    private final PrintWriter progress;
    private final Machine machine;

    Session(CommonOptions options, PrintWriter progress) throws IOException {
        this.heap = options.heap();
        this.scale = options.scale();
        this.progress = progress;
        this.processes = OwnProcesses.in(options.data());
        this.programs = new Programs(installation, processes);
        this.machine = Machine.here(processes.directory(), installation.home());
    }

    Installation installation() {
        return installation;
    }

    Programs programs() {
        return programs;
    }

    Machine machine() {
        return machine;
    }

    /** For files that are gone at the end. */
    Path directory() {
        return processes.directory();
    }

    /** Whether this program is being ended from outside. */
    boolean ending() {
        return processes.ending();
    }

    BenchCluster start(SystemUnderTest system) throws IOException {
        programs.touchMemory();
        return BenchCluster.start(system, installation, processes, programs, heap);
    }

    Target target(BenchCluster cluster) {
        return target(cluster, () -> {});
    }

    Target target(BenchCluster cluster, Target.Begin onMeasured) {
        return new Target(cluster, programs, scale, onMeasured);
    }

    /** Tells the user how far it is. */
    void progress(String format, Object... arguments) {
        progress.println(LocalTime.now().format(TIME) + "  " + String.format(format, arguments));
        progress.flush();
    }

    /** Writes records and maps as JSON. */
    static void writeJson(Path file, Object value) throws IOException {
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Files.writeString(file, mapper.writeValueAsString(value) + "\n");
    }

    @Override
    public void close() {
        processes.close();
    }
}
