package io.flotilla.bench.load;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a cluster costs that has nothing to do. */
final class Idle {
    private static final String TOPIC = "bench-idle";
    private static final int PARTITIONS = 1_000;
    private static final int SECONDS = 20;

    private Idle() {}

    static Map<String, Double> measure(Target target) throws IOException {
        long begin = System.nanoTime();
        target.cluster().requestTopic(TOPIC, PARTITIONS);
        double created = (System.nanoTime() - begin) / 1e9;
        target.cluster().awaitLeaders(TOPIC);
        double led = (System.nanoTime() - begin) / 1e9;
        int seconds = target.seconds(SECONDS, 4);
        sleep(seconds);
        target.onMeasured().begin();
        return Map.of(
                "create_s",
                created,
                "led_s",
                led,
                "cpu_pct_per_broker",
                cpuPercentPerBroker(target, seconds),
                "rss_mb_per_broker",
                target.cluster().residentMbPerBroker());
    }

    /** CPU of a broker over the next seconds, in per cent of a core; the mean over all brokers. */
    static double cpuPercentPerBroker(Target target, int seconds) {
        double cpuBefore = target.cluster().cpuSeconds();
        long begin = System.nanoTime();
        sleep(seconds);
        double cpu = target.cluster().cpuSeconds() - cpuBefore;
        return 100
                * cpu
                / ((System.nanoTime() - begin) / 1e9)
                / target.cluster().size();
    }

    private static void sleep(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }
}
