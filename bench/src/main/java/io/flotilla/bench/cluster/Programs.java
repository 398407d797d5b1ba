package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs programs to their end: Kafka's tools, loads of ours, tools of the JDK. */
public final class Programs {
    private static final int SHOWN_CHARACTERS = 800;
    /** More than brokers and their files take in a round. */
    private static final long MOST_TOUCHED_MB = 8_192;

    private static final long SPARED_MB = 1_024;

    private final Installation installation;
    private final OwnProcesses processes;
    private final AtomicInteger runs = new AtomicInteger();

    public Programs(Installation installation, OwnProcesses processes) {
        this.installation = installation;
        this.processes = processes;
    }

    /** Runs a class of Apache Kafka's with Kafka's own libraries and returns what it printed. */
    public String kafkaTool(String type, int timeoutSeconds, Object... arguments) throws IOException {
        List<String> command = kafkaCommand(List.of("-Xmx512m"), type);
        return run(type, command, timeoutSeconds, arguments);
    }

    /** Runs a class of this program's in a JVM of its own and returns what it printed. */
    public String ownProgram(Class<?> type, int timeoutSeconds, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                installation.java().toString(),
                "-Xmx512m",
                "-Dflotilla.log.level=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                type.getName()));
        return run(type.getSimpleName(), command, timeoutSeconds, arguments);
    }

    /**
     * Has memory touched that is free. A virtual machine may get a page from its host only when it touches it, which costs many
     * times as much as writing it, and would be charged to whichever system comes first.
     */
    public void touchMemory() throws IOException {
        long megabytes = Math.min(MOST_TOUCHED_MB, ProcessFigures.availableMemoryMb() - SPARED_MB);
        if (megabytes > SPARED_MB) {
            List<String> command = new ArrayList<>(List.of(
                    installation.java().toString(),
                    "-Xms" + megabytes + "m",
                    "-Xmx" + megabytes + "m",
                    "-XX:+UseParallelGC",
                    "-XX:+AlwaysPreTouch",
                    "-version"));
            run("touching memory", command, 300);
        }
    }

    /** CPU seconds that programs have taken which were run to their end. */
    public double cpuSeconds() {
        return ProcessFigures.endedChildrenCpuSeconds();
    }

    /** Sends a running JVM a command of {@code jcmd} and returns the answer. */
    public String jcmd(long pid, Object... command) throws IOException {
        if (!Files.isExecutable(installation.jcmd())) {
            throw new CommandException(
                    "profiles need a JDK, but " + installation.jcmd() + " is not there; set JAVA_HOME");
        }
        List<String> words = new ArrayList<>(List.of(installation.jcmd().toString(), Long.toString(pid)));
        return run("jcmd", words, 60, command);
    }

    List<String> kafkaCommand(List<String> options, String type) throws IOException {
        List<String> command = new ArrayList<>(List.of(installation.java().toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-Duser.language=en",
                "-Dlog4j2.configurationFile=" + logging().toUri(),
                "-cp",
                installation.kafkaLibraries() + "/*",
                type));
        return command;
    }

    private Path logging() throws IOException {
        Path file = processes.directory().resolve("log4j2.properties");
        if (!Files.exists(file)) {
            Files.writeString(file, """
                    rootLogger.level=warn
                    rootLogger.appenderRef.stderr.ref=STDERR
                    appender.stderr.type=Console
                    appender.stderr.name=STDERR
                    appender.stderr.target=SYSTEM_ERR
                    appender.stderr.layout.type=PatternLayout
                    appender.stderr.layout.pattern=%d %p %c{1} %m%n
                    """);
        }
        return file;
    }

    private String run(String name, List<String> command, int timeoutSeconds, Object... arguments) throws IOException {
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        int run = runs.incrementAndGet();
        Path out = processes.directory().resolve("program-" + run + ".out");
        Path err = processes.directory().resolve("program-" + run + ".err");
        Process process = processes.start(
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()));
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new CommandException(name + " was not done after " + timeoutSeconds + " s");
            }
            if (process.exitValue() != 0) {
                throw new CommandException(
                        name + " ended with exit code " + process.exitValue() + ": " + end(read(out) + read(err)));
            }
            return read(out);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        } finally {
            processes.forget(process);
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static String end(String text) {
        return text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS)).strip();
    }
}
