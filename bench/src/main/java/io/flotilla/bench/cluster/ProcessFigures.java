package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What Linux says of a process in {@code /proc}. */
final class ProcessFigures {
    /** Of {@code /proc/PID/stat}: 100 a second on every Linux that counts. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private ProcessFigures() {}

    /** CPU seconds it has taken so far, in user and system mode; 0 when it has ended. */
    static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        return stat.isEmpty() ? 0 : cpuSecondsOf(stat);
    }

    /** @param stat as {@code proc(5)} has it; the second field, in parentheses, may hold anything */
    static double cpuSecondsOf(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
    }

    /** Memory in RAM, in MiB; 0 when it has ended. */
    static double residentMb(long pid) {
        return residentMbOf(read(pid, "status"));
    }

    static double residentMbOf(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        Path path = Path.of("/proc", Long.toString(pid), file);
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            if (!Files.isDirectory(Path.of("/proc/self"))) {
                throw new CommandException(
                        "there is no /proc here; benchmarks take the brokers' CPU and memory from it,"
                                + " so run them on Linux");
            }
            return "";
        } catch (IOException e) {
            // A process that ends while its file is being read.
            return "";
        }
    }
}
