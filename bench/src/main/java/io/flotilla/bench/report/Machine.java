package io.flotilla.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Where and when figures were measured.
 *
 * @param cpu the processor's name and how many cores this program may use
 * @param memoryMb of RAM in all
 * @param disk the file system that held the data
 * @param load1 the load average of the last minute before the first measurement; above 1 somebody else was busy
 * @param commit of the sources, with a mark where they had been changed since
 */
public record Machine(
        String cpu, long memoryMb, String disk, String system, String java, double load1, String date, String commit) {
    /** @param data a directory on the disk that holds the data; @param home the source checkout */
    public static Machine here(Path data, Path home) throws IOException {
        return new Machine(
                field(Path.of("/proc/cpuinfo"), "model name") + ", "
                        + Runtime.getRuntime().availableProcessors() + " cores",
                Long.parseLong(field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "")) / 1024,
                Files.getFileStore(data).type(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]),
                LocalDate.now(ZoneOffset.UTC).toString(),
                commit(home));
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("0");
    }

    private static String commit(Path home) throws IOException {
        String commit = git(home, "rev-parse", "--short=10", "HEAD");
        String changes = git(home, "status", "--porcelain", "--untracked-files=no", "--", ":!docs");
        return commit.isEmpty() ? "unknown" : commit + (changes.isEmpty() ? "" : " with changes");
    }

    /** What git says, or nothing where there is no git or no repository. */
    private static String git(Path home, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = home.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return "";
        }
        String output = new String(process.getInputStream().readAllBytes()).strip();
        try {
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? output : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** One line for readers. */
    public String text() {
        return "%s, %.1f GB of RAM, %s on %s, %s; load average before the start %.1f; %s, commit %s"
                .formatted(cpu, memoryMb / 1024.0, disk, system, java, load1, date, commit);
    }
}
