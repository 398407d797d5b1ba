package io.flotilla.itests.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program to run to its end, with what it is told on its standard input. Immutable. */
public record Command(List<String> words, Path directory, String input, Duration limit) {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** What a program left behind. Output and error output are kept apart, so that warnings do not spoil the first. */
    public record Result(int exit, String output, String errors) {
        public List<String> lines() {
            return output.lines().toList();
        }

        /** This result, if the program ended well. */
        public Result orFail() {
            if (exit != 0) {
                throw new AssertionError("exit " + exit + "\n" + output + errors);
            }
            return this;
        }
    }

    public static Command of(String... words) {
        return new Command(List.of(words), Path.of("").toAbsolutePath(), "", LIMIT);
    }

    /** This command with more words at its end. */
    Command and(String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return new Command(List.copyOf(all), directory, input, limit);
    }

    /** This command with lines to read. */
    Command reading(List<String> lines) {
        return new Command(words, directory, String.join("\n", lines) + "\n", limit);
    }

    /** This command in another directory. */
    Command in(Path other) {
        return new Command(words, other, input, limit);
    }

    /** This command with another limit to how long it may run. */
    public Command within(Duration other) {
        return new Command(words, directory, input, other);
    }

    /** Whether the program is there and ends well, in time. */
    public boolean works() {
        try {
            return run().exit() == 0;
        } catch (UncheckedIOException | AssertionError e) {
            return false;
        }
    }

    /**
     * Runs it to its end.
     *
     * @throws UncheckedIOException when there is no such program
     * @throws AssertionError when it does not end in time
     */
    public Result run() {
        try {
            Path output = Files.createTempFile("command", ".out");
            Path errors = Files.createTempFile("command", ".err");
            Path stdin = Files.createTempFile("command", ".in");
            try {
                Files.writeString(stdin, input);
                Process process = new ProcessBuilder(words)
                        .directory(directory.toFile())
                        .redirectInput(stdin.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
                boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                Result result = new Result(process.exitValue(), read(output), read(errors));
                if (!ended) {
                    throw new AssertionError("not ended within " + limit.toSeconds() + " s: " + words + "\n"
                            + result.output() + result.errors());
                }
                return result;
            } finally {
                Files.deleteIfExists(output);
                Files.deleteIfExists(errors);
                Files.deleteIfExists(stdin);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
