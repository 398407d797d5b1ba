package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random faults while an idempotent producer is at work. A failing seed fails again; {@code -Dflotilla.seeds=COUNT} plays
 * more of them, {@code -Dflotilla.seed=FIRST} others.
 */
class FaultsTest {
    private static final int STEPS = 150;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final class Run {
        private final Random random;
        private final TestCluster cluster;
        private final TestProducer producer;
        private long deletedBelow;

        Run(long seed) {
            random = new Random(seed);
            cluster = new TestCluster(seed, Map.of("segment.bytes", "16384"));
            producer = new TestProducer(cluster, 7);
        }

        void run() {
            cluster.startAll();
            for (int step = 0; step < STEPS; step++) {
                step();
                cluster.loop.advance(random.nextInt(50));
            }
            heal();
            check();
            cluster.stopAll();
        }

        private void step() {
            switch (random.nextInt(24)) {
                case 0 -> some(true, cluster::kill);
                case 1, 2, 3 -> some(false, cluster::start);
                case 4 -> some(true, cluster::cutOff);
                case 5, 6 -> some(true, cluster::reconnect);
                case 7 -> some(true, broker -> cluster.broker(broker).holdDisk());
                case 8, 9 -> some(true, broker -> cluster.broker(broker).releaseDisk());
                case 10 -> some(true, broker -> cluster.broker(broker).markCommitted());
                case 11 -> some(true, cluster::stop);
                case 12 -> delete();
                case 13 -> losePowerPerhaps();
                default -> some(true, producer::send);
            }
        }

        /** Does something to one of the brokers that run, or that do not; of those that run, rather to the leader. */
        private void some(boolean running, IntConsumer action) {
            List<Integer> brokers = cluster.brokersRunning(running);
            Integer leader = cluster.leader();
            if (running && leader != null && random.nextInt(3) > 0) {
                action.accept(leader);
            } else if (!brokers.isEmpty()) {
                action.accept(brokers.get(random.nextInt(brokers.size())));
            }
        }

        private void losePowerPerhaps() {
            if (random.nextInt(3) == 0) {
                cluster.losePower();
                some(false, cluster::start);
                some(false, cluster::start);
            }
        }

        private void delete() {
            Integer leader = cluster.leader();
            if (leader != null) {
                long highWatermark = cluster.replica(leader).highWatermark();
                cluster.sendDeleteRecords(leader, random.nextLong(highWatermark + 1))
                        .thenAccept(result -> {
                            if (result.error() == ErrorCode.NONE) {
                                deletedBelow = Math.max(deletedBelow, result.logStartOffset());
                            }
                        });
            }
        }

        private void heal() {
            for (int broker : cluster.brokersRunning(true)) {
                cluster.broker(broker).releaseDisk();
                cluster.reconnect(broker);
            }
            List.copyOf(cluster.brokersRunning(false)).forEach(cluster::start);
            cluster.await(() -> {
                Integer leader = cluster.leader();
                if (leader != null && !producer.isDone()) {
                    producer.send(leader);
                }
                return producer.isDone();
            });
            cluster.awaitLeader();
            cluster.awaitEqualReplicas();
        }

        private void check() {
            List<String> all = producer.expectedRecords();
            long start = cluster.replica(1).logStartOffset();
            assertThat(start).isGreaterThanOrEqualTo(deletedBelow);
            for (int broker = 1; broker <= TestCluster.BROKERS; broker++) {
                assertThat(cluster.replica(broker).logStartOffset()).isEqualTo(start);
                assertThat(cluster.records(broker)).isEqualTo(all.subList((int) start, all.size()));
            }
        }
    }

    static LongStream seeds() {
        long first = Long.getLong("flotilla.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("flotilla.seeds", 20));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingAcknowledgedIsLostOrRepeatedOrMoved(long seed) {
        new Run(seed).run();
    }
}
