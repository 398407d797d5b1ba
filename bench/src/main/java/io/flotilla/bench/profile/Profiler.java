package io.flotilla.bench.profile;

import io.flotilla.bench.cluster.Programs;
import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Takes profiles of running JVMs with async-profiler, which also sees system calls, garbage collectors and compilers: most of a
 * broker's time is spent where Java's own recorder does not look.
 */
public final class Profiler {
    /** What is sampled. */
    public enum Event {
        /** Time on a core, in user and kernel mode, of all threads. */
        CPU("cpu", "event=ctimer,interval=1ms"),
        /** Java memory, a sample each 256 KB. */
        ALLOC("alloc", "event=alloc,alloc=256k"),
        /** Time that passes, also of threads that wait. */
        WALL("wall", "event=wall,interval=5ms");

        private final String option;
        private final String settings;

        Event(String option, String settings) {
            this.option = option;
            this.settings = settings;
        }

        public String option() {
            return option;
        }

        public static Optional<Event> named(String option) {
            return Arrays.stream(values())
                    .filter(event -> event.option.equals(option))
                    .findFirst();
        }

        /** All names, for messages. */
        public static String names() {
            return Arrays.stream(values()).map(Event::option).collect(Collectors.joining(", "));
        }
    }

    private final Programs programs;
    private final Path library;
    private final Path directory;

    /** @param directory for files while profiles are taken */
    public Profiler(Programs programs, Path directory) throws IOException {
        this.programs = programs;
        this.directory = directory;
        this.library = directory.resolve("libasyncProfiler.so");
        unpack();
    }

    private void unpack() throws IOException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        String name = system.contains("mac") ? "macos" : "linux-" + (processor.equals("aarch64") ? "arm64" : "x64");
        String resource = "/" + name + "/libasyncProfiler.so";
        try (InputStream bytes = Profiler.class.getResourceAsStream(resource)) {
            if (bytes == null) {
                throw new CommandException("async-profiler has no library for " + system + " on " + processor
                        + "; profiles need Linux or macOS on x64 or arm64");
            }
            Files.write(library, bytes.readAllBytes());
        }
    }

    /** Starts sampling in all these processes. */
    public void start(List<Long> pids, Event event) throws IOException {
        for (long pid : pids) {
            tell(pid, "start," + event.settings);
        }
    }

    /** Stops sampling and returns the samples of all by stack, frames from the outermost on with semicolons between. */
    public Map<String, Long> stop(List<Long> pids) throws IOException {
        Map<String, Long> stacks = new TreeMap<>();
        for (long pid : pids) {
            Path file = directory.resolve("profile-" + pid + ".collapsed");
            tell(pid, "stop,collapsed,file=" + file);
            Collapsed.parse(Files.readAllLines(file))
                    .forEach((stack, samples) -> stacks.merge(stack, samples, Long::sum));
            Files.delete(file);
        }
        return stacks;
    }

    private void tell(long pid, String command) throws IOException {
        // In quotes, as jcmd would take what has an equals sign for an option of its own.
        String answer = programs.jcmd(pid, "JVMTI.agent_load", library, "\"" + command + "\"");
        if (!answer.contains("return code: 0")) {
            throw new CommandException("process " + pid + " cannot be profiled: " + answer.strip());
        }
    }
}
