package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux says of a process in {@code /proc}. */
final class ProcessFigures {
    /** Of {@code /proc/PID/stat}: 100 a second on every Linux that counts. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    /** The same of children that have ended comes so many fields later. */
    private static final int ENDED_CHILDREN = 2;

    private ProcessFigures() {}

    /** CPU seconds it has taken so far, in user and system mode; 0 when it has ended. */
    static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        return stat.isEmpty() ? 0 : cpuSecondsOf(stat);
    }

    /** @param stat as {@code proc(5)} has it; the second field, in parentheses, may hold anything */
    static double cpuSecondsOf(String stat) {
        return cpuSeconds(stat, 0);
    }

    /** CPU seconds that children of this process took which have ended. */
    static double endedChildrenCpuSeconds() {
        return cpuSeconds(read(ProcessHandle.current().pid(), "stat"), ENDED_CHILDREN);
    }

    private static double cpuSeconds(String stat, int whose) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TIME + whose]) + Long.parseLong(fields[SYSTEM_TIME + whose]))
                / TICKS_PER_SECOND;
    }

    /** Memory in RAM, in MiB; 0 when it has ended. */
    static double residentMb(long pid) {
        return residentMbOf(read(pid, "status"));
    }

    static double residentMbOf(String status) {
        return number(status, "VmRSS:") / 1024.0;
    }

    /** Bytes that it has given the file system to write to the disk, whole pages counted; 0 when it has ended. */
    static long writtenBytes(long pid) {
        return number(read(pid, "io"), "write_bytes:");
    }

    /** How often its threads have gone to sleep and were woken since they began; threads that have ended do not count. */
    static long wakeUps(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return threads.mapToLong(thread -> number(read(thread.resolve("status")), "voluntary_ctxt_switches:"))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Memory of the machine that programs could have, in MiB. */
    static long availableMemoryMb() {
        return number(read(Path.of("/proc/meminfo")), "MemAvailable:") / 1024;
    }

    /** The number in the line that begins so, or 0. */
    static long number(String lines, String name) {
        return lines.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        return read(Path.of("/proc", Long.toString(pid), file));
    }

    private static String read(Path path) {
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
