package io.flotilla.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.Await;
import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.env.SystemClock;
import io.flotilla.broker.env.SystemRandom;
import io.flotilla.broker.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two brokers' links over real sockets; what may go wrong with links is told in {@link PeerLinksTest}. */
class PeerLinksOverSocketsTest {
    private static final int MAX_FRAME = 64 << 20;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final Broker one = new Broker(1);
    private final Broker two = new Broker(2);

    /** A broker's links and what they hear, on threads of its own. */
    private static final class Broker implements Peers.Listener {
        private final Queue<String> heard = new ConcurrentLinkedQueue<>();
        private final Queue<Integer> frames = new ConcurrentLinkedQueue<>();
        private final NettyScheduler scheduler = new NettyScheduler(2, 2);
        private final NettyNetwork network;
        private final PeerLinks links;
        private Network.Listener listener;

        Broker(int nodeId) {
            Metrics metrics = new Metrics();
            network = new NettyNetwork(scheduler, NetworkLimits.DEFAULT, metrics);
            Environment environment = new Environment(new SystemClock(), scheduler, network, null, new SystemRandom());
            links = new PeerLinks(new PeerIdentity(nodeId, nodeId * 11L, () -> null), environment, MAX_FRAME, metrics);
            links.listen(this);
        }

        void listen() throws IOException {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            listener = network.listen(any, MAX_FRAME, () -> links.accept(NoRequests::new, NoRequests::new));
        }

        void know(int nodeId, Broker other) {
            TreeMap<Integer, InetSocketAddress> peers = new TreeMap<>();
            peers.put(
                    nodeId,
                    InetSocketAddress.createUnresolved(
                            "127.0.0.1", other.listener.address().getPort()));
            links.setPeers(peers);
        }

        void die() {
            listener.close();
            scheduler.close();
        }

        @Override
        public void connected(int nodeId, long incarnation) {
            heard.add("connected " + nodeId + " " + incarnation);
        }

        @Override
        public void disconnected(int nodeId, boolean refused) {
            heard.add("disconnected " + nodeId + (refused ? " refused" : ""));
        }

        @Override
        public void frame(int nodeId, long incarnation, ByteBuf payload) {
            frames.add(payload.readInt());
            payload.release();
        }

        @Override
        public void rejected(int nodeId, String message) {
            heard.add("rejected " + nodeId + " " + message);
        }
    }

    /** Stands for the dispatcher, which is not asked anything here. */
    private static final class NoRequests implements ConnectionHandler {
        @Override
        public void opened(Connection connection) {
            // Nothing to prepare.
        }

        @Override
        public void frame(Connection connection, ByteBuf frame) {
            throw new AssertionError("only greetings and frames are sent");
        }

        @Override
        public void closed(Connection connection, Closed why) {
            // Nothing to clean up.
        }
    }

    @AfterEach
    void stop() {
        one.scheduler.close();
        two.scheduler.close();
    }

    @Test
    void framesArriveInOrderAndADeadBrokerIsToldFromABrokenLink() throws IOException {
        one.listen();
        two.listen();
        one.know(2, two);
        two.know(1, one);
        Await.until("linked", () -> one.links.isConnected(2) && two.links.isConnected(1));
        for (int i = 0; i < 1_000; i++) {
            ByteBuf payload =
                    PooledByteBufAllocator.DEFAULT.directBuffer().writeInt(i).writeZero(i * 13);
            assertThat(one.links.send(2, payload)).isTrue();
        }
        Await.until("all frames arrive", () -> two.frames.size() == 1_000);
        assertThat(two.frames)
                .containsExactlyElementsOf(IntStream.range(0, 1_000).boxed().toList());
        two.die();
        Await.until("the death is noticed", () -> one.heard.size() == 3);
        assertThat(one.heard).containsExactly("connected 2 22", "disconnected 2", "disconnected 2 refused");
    }
}
