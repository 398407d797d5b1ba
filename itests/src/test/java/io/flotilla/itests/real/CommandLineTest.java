package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The distribution, unpacked where a user might, and its command, used as the README says. */
class CommandLineTest {
    private static final Path BROKER_TARGET = Path.of("..", "broker", "target");
    private static final int METRICS_OFFSET = 552;
    private static final long LIMIT_SECONDS = 120;

    /** What a command left behind. */
    private record Done(int exitCode, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    private final Path dir = TestDirectory.empty("command-line");

    private Path home;
    private int basePort;

    @BeforeEach
    void unpack() throws Exception {
        Path archive;
        try (Stream<Path> files = Files.exists(BROKER_TARGET) ? Files.list(BROKER_TARGET) : Stream.empty()) {
            archive = files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElse(null);
        }
        assumeTrue(archive != null, "there is no distribution in broker/target; `mvn package` makes it");
        Path place = Files.createDirectory(dir.resolve("a place"));
        Done unpacked = run(List.of("tar", "xzf", archive.toAbsolutePath().toString(), "-C", place.toString()), "");
        assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
        try (Stream<Path> entries = Files.list(place)) {
            home = entries.findFirst().orElseThrow();
        }
        basePort = FreePorts.findRun(3, METRICS_OFFSET);
    }

    @AfterEach
    void stop() throws Exception {
        if (home != null) {
            flotilla("cluster", "stop");
        }
    }

    @Test
    void aClusterIsStartedUsedBrokenMendedAndStopped() throws Exception {
        Done started = flotilla("cluster", "start", "--base-port", Integer.toString(basePort), "--heap", "256m");
        assertThat(started.exitCode()).as(started.out() + started.err()).isZero();
        assertThat(started.out()).contains("Flotilla is ready: bootstrap.servers=" + bootstrap());
        assertThat(flotilla("cluster", "start").out()).contains("Already running");
        assertThat(flotilla("cluster", "status").lines())
                .hasSize(4)
                .filteredOn(line -> line.contains("ready"))
                .hasSize(3);

        startedFromTheArchive();
        useTopic();
        useGroup();
        breakAndMend();

        assertThat(flotilla("cluster", "stop").out()).contains("Stopped 3 of 3 brokers");
        assertThat(flotilla("cluster", "status").exitCode()).isEqualTo(1);
        assertThat(flotilla("cluster", "pids").out()).isEmpty();
        assertThat(flotilla("topic", "list").exitCode()).isEqualTo(1);
    }

    /** The first start of all has the JVM archive the classes of a broker; brokers map that file instead of loading them. */
    private void startedFromTheArchive() throws Exception {
        Path java = Path.of(System.getProperty("java.home"));
        if (!Files.exists(java.resolve("lib/server/classes.jsa"))) {
            // This Java has no archive of its own classes, on which another could build.
            return;
        }
        for (String pid : flotilla("cluster", "pids").out().trim().split(",")) {
            assertThat(Path.of("/proc", pid, "maps")).content().contains(home + "/classes-");
        }
    }

    private void useTopic() throws Exception {
        assertThat(flotilla("topic", "create", "hello", "--partitions", "3", "--config", "retention.ms=3600000")
                        .out())
                .isEqualTo("Created topic hello: 3 partitions, replication factor 3\n");
        assertThat(flotilla("topic", "create", "hello").exitCode()).isEqualTo(1);
        assertThat(flotilla("topic", "list").lines()).containsExactly("hello");
        assertThat(flotilla("topic", "describe", "hello").out())
                .contains("partitions 3  replication factor 3")
                .contains("Config retention.ms=3600000");

        assertThat(flotillaReading("a:1\nb:zürich\n", "produce", "hello", "-k", ":", "--compression", "lz4")
                        .exitCode())
                .isZero();
        assertThat(flotilla("consume", "hello", "--from-beginning", "-n", "2", "-f", "%k=%s\\n")
                        .lines())
                .containsExactlyInAnyOrder("a=1", "b=zürich");
    }

    private void useGroup() throws Exception {
        Done read = flotilla(
                "consume", "hello", "--group", "readers", "--from-beginning", "-n", "2", "--timeout-ms", "20000");
        assertThat(read.exitCode()).as(read.err()).isZero();
        Done again = flotilla("consume", "hello", "--group", "readers", "--from-beginning", "--timeout-ms", "1000");
        assertThat(again.out()).as("records that were committed already").isEmpty();
        assertThat(flotilla("group", "list").out()).contains("readers");
        assertThat(flotilla("group", "describe", "readers").lines())
                .anySatisfy(line -> assertThat(line).startsWith("Group readers  state Empty"))
                .filteredOn(line -> line.startsWith("hello"))
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line.split(" +")[4]).as("lag in: %s", line).isEqualTo("0"));
    }

    /** A full disk is told from a broken one by the C library's words. */
    @Test
    void theJvmHearsOfErrorsInEnglishWhateverTheUserSpeaks() throws Exception {
        Path java = Files.createDirectories(dir.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"$LANG,$LC_ALL,$LC_MESSAGES\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        List<String> command = List.of(
                "env",
                "LC_ALL=de_DE.UTF-8",
                "JAVA_HOME=" + dir.resolve("jdk"),
                home.resolve("bin/flotilla").toString(),
                "help");
        assertThat(run(command, "").lines()).containsExactly("de_DE.UTF-8,,C");
    }

    private void breakAndMend() throws Exception {
        String[] pids = flotilla("cluster", "pids").out().trim().split(",");
        assertThat(pids).hasSize(3);
        ProcessHandle victim = ProcessHandle.of(Long.parseLong(pids[1])).orElseThrow();
        victim.destroyForcibly();
        victim.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);

        Done status = flotilla("cluster", "status");
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.lines().get(2)).startsWith("2").contains("down");
        List<String> more = IntStream.range(0, 1000).mapToObj(i -> "after " + i).toList();
        Done produced = flotillaReading(String.join("\n", more), "produce", "hello");
        assertThat(produced.exitCode()).as(produced.err()).isZero();
        assertThat(produced.err()).isEqualTo("Wrote 1000 records to hello\n");
        Done consumed = flotilla("consume", "hello", "--from-beginning", "-n", "1002");
        assertThat(consumed.lines().stream()
                        .filter(line -> line.startsWith("after"))
                        .sorted()
                        .toList())
                .isEqualTo(more.stream().sorted().toList());

        assertThat(flotilla("cluster", "start").exitCode()).isZero();
        assertThat(flotilla("cluster", "pids").out().trim().split(","))
                .hasSize(3)
                .contains(pids[0], pids[2]);
    }

    private Done flotilla(String... arguments) throws Exception {
        return flotillaReading("", arguments);
    }

    private Done flotillaReading(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/flotilla").toString());
        Collections.addAll(command, arguments);
        return run(command, input);
    }

    private Done run(List<String> command, String input) throws Exception {
        Path out = Files.createTempFile(dir, "out", "");
        Path err = Files.createTempFile(dir, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .directory(dir.toFile());
        builder.environment().put("FLOTILLA_BOOTSTRAP", bootstrap());
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + LIMIT_SECONDS + " s: " + command);
        }
        return new Done(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private String bootstrap() {
        return IntStream.range(0, 3)
                .mapToObj(i -> "127.0.0.1:" + (basePort + i))
                .collect(Collectors.joining(","));
    }
}
