package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.raft.host.PeerFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What comes from other brokers, on its way to the groups. */
class ShardsTest {
    @Order(1)
    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @Order(2)
    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @Test
    void aBrokerCountsAsAliveWhileItAnswers() {
        assertThat(cluster.broker(1).liveness().isAlive(2)).isTrue();
        cluster.cutOff(2);
        assertThat(cluster.broker(1).liveness().isAlive(2)).isFalse();
        assertThat(cluster.broker(1).liveness().isAlive(1)).isTrue();
        cluster.reconnect(2);
        cluster.await(() -> cluster.broker(1).liveness().isAlive(2));
    }

    @Test
    void leadersMakeThemselvesKnownToAll() {
        int leader = cluster.awaitLeader();
        for (int broker = 1; broker <= 3; broker++) {
            assertThat(cluster.knownLeader(broker)).isEqualTo(leader);
        }
        cluster.cutOff(leader);
        int next = cluster.awaitLeaderOtherThan(leader);
        cluster.reconnect(leader);
        cluster.await(() -> cluster.knownLeader(leader) == next);
    }

    @Test
    void framesThatMakeNoSenseDoNoHarm() {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[1 + random.nextInt(60)];
            random.nextBytes(noise);
            noise[0] = new byte[] {PeerFrame.MESSAGES, PeerFrame.HEARTBEAT, PeerFrame.GROUPS, 99}[random.nextInt(4)];
            ByteBuf frame = PooledByteBufAllocator.DEFAULT.buffer().writeBytes(noise);
            cluster.loop.execute(() -> cluster.broker(1).receive(2, frame));
            cluster.loop.run();
        }
        cluster.loop.advance(1000);
        int leader = cluster.awaitLeader();
        assertThat(cluster.produce(leader, Batches.of("a")).baseOffset()).isZero();
        cluster.awaitEqualReplicas();
        assertThat(cluster.records(1)).containsExactly("0:a");
    }
}
