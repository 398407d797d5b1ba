package io.flotilla.bench.load;

import io.flotilla.bench.cluster.Programs;
import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's own perf tools, as they come, against any cluster. */
public final class PerfTools {
    private static final int TIMEOUT_SECONDS = 900;
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final Pattern RATE = Pattern.compile("\\(([\\d.]+) MB/sec\\)");
    private static final Pattern QUANTILES = Pattern.compile("(\\d+) ms 50th.* (\\d+) ms 99th, (\\d+) ms 99\\.9th");
    private static final Pattern WINDOW_MAX = Pattern.compile("([\\d.]+) ms max latency\\.");
    private static final Pattern END_TO_END = Pattern.compile("50th = (\\d+), 99th = (\\d+), 99.9th = (\\d+)");
    private static final Pattern AVERAGE = Pattern.compile("Avg latency: ([\\d.]+)");

    private final Programs programs;
    private final String bootstrap;

    public PerfTools(Programs programs, String bootstrap) {
        this.programs = programs;
        this.bootstrap = bootstrap;
    }

    /**
     * How a producer sends.
     *
     * @param recordsPerSecond how fast, at most; -1 as fast as it goes
     * @param lingerMs how long a batch waits for more records
     * @param batchBytes when a batch is full
     */
    public record Sending(int recordBytes, int recordsPerSecond, int lingerMs, int batchBytes) {}

    /**
     * What ProducerPerformance said; MB are 2^20 bytes.
     *
     * @param settledMaxMs the longest that a record took of those acknowledged after the first five seconds, in which the
     *     tool itself is compiled; NaN when it did not run for ten
     */
    public record Produced(double mbPerSecond, int p50Ms, int p99Ms, int p999Ms, double settledMaxMs) {
        static Produced parse(String output) {
            String last = output.lines()
                    .filter(line -> line.contains("99.9th"))
                    .reduce((earlier, later) -> later)
                    .orElse("");
            Matcher rate = RATE.matcher(last);
            Matcher quantiles = QUANTILES.matcher(last);
            if (!rate.find() || !quantiles.find()) {
                throw new CommandException("ProducerPerformance ended with an unknown line: " + last);
            }
            return new Produced(
                    Double.parseDouble(rate.group(1)),
                    Integer.parseInt(quantiles.group(1)),
                    Integer.parseInt(quantiles.group(2)),
                    Integer.parseInt(quantiles.group(3)),
                    settledMax(output));
        }

        /** A line stands for five seconds; the last one, with the quantiles, for all. */
        private static double settledMax(String output) {
            return WINDOW_MAX
                    .matcher(output)
                    .results()
                    .skip(1)
                    .mapToDouble(window -> Double.parseDouble(window.group(1)))
                    .max()
                    .orElse(Double.NaN);
        }
    }

    /** What ConsumerPerformance said; MB are 2^20 bytes. The first rate includes joining a group, the second does not. */
    public record Consumed(double mb, double mbPerSecond, double fetchMbPerSecond) {
        static Consumed parse(String output) {
            List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
            String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
            String[] fields = last.split(",");
            try {
                return new Consumed(field(fields, 2), field(fields, 3), field(fields, 8));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new CommandException("ConsumerPerformance ended with an unknown line: " + last);
            }
        }

        private static double field(String[] fields, int index) {
            return Double.parseDouble(fields[index].strip());
        }
    }

    /** What EndToEndLatency said. */
    public record EndToEnd(double averageMs, int p50Ms, int p99Ms, int p999Ms) {
        static EndToEnd parse(String output) {
            Matcher average = AVERAGE.matcher(output);
            Matcher quantiles = END_TO_END.matcher(output);
            if (!average.find() || !quantiles.find()) {
                throw new CommandException("EndToEndLatency said something unknown: " + output.strip());
            }
            return new EndToEnd(
                    Double.parseDouble(average.group(1)),
                    Integer.parseInt(quantiles.group(1)),
                    Integer.parseInt(quantiles.group(2)),
                    Integer.parseInt(quantiles.group(3)));
        }
    }

    /** Produces so many records with acks=all. */
    public Produced produce(String topic, long records, Sending sending) throws IOException {
        return Produced.parse(programs.kafkaTool(
                TOOLS + "ProducerPerformance",
                TIMEOUT_SECONDS,
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                records,
                "--record-size",
                sending.recordBytes(),
                "--throughput",
                sending.recordsPerSecond(),
                "--command-property",
                "acks=all",
                "linger.ms=" + sending.lingerMs(),
                "batch.size=" + sending.batchBytes()));
    }

    /** Reads the first so many records of a topic. */
    public Consumed consume(String topic, long records) throws IOException {
        return Consumed.parse(programs.kafkaTool(
                TOOLS + "ConsumerPerformance",
                TIMEOUT_SECONDS,
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                records));
    }

    /** Produces one record at a time and waits until it is consumed. */
    public EndToEnd endToEnd(String topic, long records, int recordBytes) throws IOException {
        return EndToEnd.parse(programs.kafkaTool(
                TOOLS + "EndToEndLatency",
                TIMEOUT_SECONDS,
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                records,
                "--producer-acks",
                "all",
                "--record-size",
                recordBytes));
    }
}
