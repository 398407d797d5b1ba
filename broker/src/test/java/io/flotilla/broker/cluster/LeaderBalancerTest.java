package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Ten partitions that broker 1 prefers to lead and broker 2 leads, and who gets them back when. */
class LeaderBalancerTest {
    private static final int PARTITIONS = 10;
    private static final UUID TOPIC = new UUID(0, 5);

    private final TestLoop loop = new TestLoop();
    private final TestLiveness liveness = new TestLiveness(1, 100);
    private final Leaders leaders = new Leaders();
    private final Map<PartitionId, CompletableFuture<ErrorCode>> transfers = new LinkedHashMap<>();
    private final List<Integer> targets = new ArrayList<>();
    private boolean inCharge = true;
    private TopicInfo topic =
            TopicInfo.made("t", TOPIC, Collections.nCopies(PARTITIONS, List.of(1, 2, 3)), 0, new TreeMap<>());

    private final LeaderBalancer balancer = new LeaderBalancer(
            loop,
            new ClusterView(new BrokerInfo(1, "self", 9092, null), new Images(), leaders, liveness),
            (partition, from, to) -> {
                targets.add(to);
                return transfers.computeIfAbsent(partition, asked -> new CompletableFuture<>());
            },
            () -> inCharge,
            BrokerConfig.of(Map.of(
                    "node.id", "1",
                    "leader.imbalance.check.interval.seconds", "10",
                    "leader.imbalance.per.broker.percentage", "20",
                    "leader.rebalance.concurrent.transfers", "2")));

    LeaderBalancerTest() {
        liveness.connected(2, 100);
        liveness.connected(3, 100);
        ledBy(2, PARTITIONS);
        balancer.start();
    }

    @Test
    void movesAFewAtATimeUntilAllAreBack() {
        loop.advance(9_990);
        assertThat(transfers).isEmpty();
        loop.advance(20);
        for (int done = 0; done < PARTITIONS; done += 2) {
            assertThat(transfers).hasSize(done + 2);
            end(ErrorCode.NONE);
            loop.run();
            assertThat(transfers).hasSize(done + 2);
            loop.advance(50);
        }
        assertThat(targets).hasSize(PARTITIONS).containsOnly(1);
    }

    @Test
    void aRefusedTransferIsTriedAgainAtTheNextCheck() {
        ledBy(1, PARTITIONS - 3);
        loop.advance(10_010);
        end(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
        loop.advance(100);
        end(ErrorCode.NONE);
        assertThat(targets).hasSize(3);
        transfers.clear();
        loop.advance(10_000);
        assertThat(transfers).hasSize(2);
    }

    @Test
    void littleImbalanceIsLeftAlone() {
        ledBy(1, 8);
        assertThat(balancer.moves()).isEmpty();
        ledBy(2, 3);
        assertThat(balancer.moves()).hasSize(3 + 2);
    }

    @Test
    void nothingGoesToADeadBrokerOrToOneThatIsBeingAdded() {
        liveness.disconnected(3);
        topic = topic.with(0, new Assignment(List.of(3, 1, 2), List.of(), List.of(), List.of(), 1, false))
                .with(1, new Assignment(List.of(4, 2, 1), List.of(4), List.of(1), List.of(), 2, false));
        liveness.connected(4, 100);
        assertThat(balancer.moves()).hasSize(PARTITIONS - 2).allMatch(move -> move.to() == 1);
    }

    @Test
    void whoIsNotInChargeDoesNothing() {
        inCharge = false;
        loop.advance(10_010);
        assertThat(transfers).isEmpty();
        inCharge = true;
        loop.advance(10_000);
        assertThat(transfers).hasSize(2);
        inCharge = false;
        end(ErrorCode.NONE);
        loop.advance(100);
        assertThat(transfers).hasSize(2);
    }

    private void ledBy(int broker, int count) {
        for (int partition = 0; partition < count; partition++) {
            PartitionId id = new PartitionId(TOPIC, partition);
            LeaderTable.Leader known = leaders.leader(id);
            leaders.set(id, broker, known == null ? 1 : known.term() + 1);
        }
    }

    private void end(ErrorCode result) {
        List.copyOf(transfers.values()).forEach(transfer -> transfer.complete(result));
    }

    private final class Images implements MetadataCache {
        @Override
        public MetadataImage image() {
            return TestImages.of(4, List.of(topic));
        }

        @Override
        public void subscribe(Consumer<MetadataImage> listener) {
            throw new UnsupportedOperationException("nothing changes while it is looked at");
        }
    }
}
