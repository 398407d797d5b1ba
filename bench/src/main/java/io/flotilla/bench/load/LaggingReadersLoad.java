package io.flotilla.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A program: finds out how many records of 1 KB a producer gets acknowledged in a second, then sends half as many, alone and beside
 * {@link ReadersLoad}. Prints one line of JSON: the rate, the 99th percentile of the time from when a record was due to its
 * acknowledgement in both cases, and how much was read meanwhile.
 *
 * <p>The consumers are a process of the lowest priority, because they would be on other machines: their own work is to take
 * nothing from the brokers and the producer, what brokers do for them is.
 */
public final class LaggingReadersLoad {
    private static final int RECORD_BYTES = 1024;
    private static final double BYTES_PER_MB = 1 << 20;

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int seconds;
    private final byte[] value = new byte[RECORD_BYTES];

    private LaggingReadersLoad(KafkaProducer<byte[], byte[]> producer, String topic, int seconds) {
        this.producer = producer;
        this.topic = topic;
        this.seconds = seconds;
    }

    /** Arguments: bootstrap servers, topic, seconds of each phase, consumers, MB that they read in a second at most. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", arguments[0], "acks", "all", "linger.ms", 5, "batch.size", 65_536);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            LaggingReadersLoad load = new LaggingReadersLoad(producer, arguments[1], Integer.parseInt(arguments[2]));
            Map<String, Double> figures = load.run(arguments[0], arguments[3], arguments[4]);
            System.out.println(new ObjectMapper().writeValueAsString(figures));
        }
    }

    private Map<String, Double> run(String bootstrap, String readers, String mbPerSecond) throws Exception {
        produceAtFullRate();
        int rate = (int) (produceAtFullRate() / 2);
        produceAt(rate);
        double alone = ConnectionLoad.quantile(produceAt(rate), 0.99);
        Process process = startReaders(bootstrap, readers, mbPerSecond);
        try (var read = process.inputReader()) {
            // The first line says that all of them are reading; what their JVM does for its start takes longer.
            read.readLine();
            produceAt(rate);
            double besides = ConnectionLoad.quantile(produceAt(rate), 0.99);
            process.getOutputStream().close();
            String mb = read.readLine();
            if (mb == null) {
                throw new IOException("the consumers ended early");
            }
            Map<String, Double> figures = new TreeMap<>();
            figures.put("rate_mb_s", rate * (double) RECORD_BYTES / BYTES_PER_MB);
            figures.put("p99_alone_ms", alone);
            figures.put("p99_ms", besides);
            figures.put("p99_ratio", besides / alone);
            figures.put("read_mb_s", Double.parseDouble(mb));
            return figures;
        } finally {
            process.destroyForcibly();
        }
    }

    private Process startReaders(String bootstrap, String readers, String mbPerSecond) throws IOException {
        List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx1g",
                "-Dflotilla.log.level=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                ReadersLoad.class.getName(),
                bootstrap,
                topic,
                readers,
                mbPerSecond));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Records per second that were acknowledged. */
    private long produceAtFullRate() {
        long begin = System.nanoTime();
        AtomicLong acknowledged = new AtomicLong();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            producer.send(new ProducerRecord<>(topic, value), (metadata, failure) -> {
                if (failure == null) {
                    acknowledged.incrementAndGet();
                }
            });
        }
        producer.flush();
        return acknowledged.get() * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - begin);
    }

    /** Nanoseconds from when each record was due to its acknowledgement, in order of size. */
    private long[] produceAt(int rate) throws ExecutionException {
        long[] latencies = new long[rate * seconds];
        AtomicLong failed = new AtomicLong();
        long begin = System.nanoTime();
        for (int i = 0; i < latencies.length; i++) {
            int number = i;
            long due = begin + i * TimeUnit.SECONDS.toNanos(1) / rate;
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            producer.send(new ProducerRecord<>(topic, value), (metadata, failure) -> {
                latencies[number] = System.nanoTime() - due;
                failed.addAndGet(failure == null ? 0 : 1);
            });
        }
        producer.flush();
        if (failed.get() > 0) {
            throw new ExecutionException(failed + " records were not acknowledged", null);
        }
        Arrays.sort(latencies);
        return latencies;
    }
}
