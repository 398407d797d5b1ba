package io.flotilla.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.ForwardResponse;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.RequestHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PeerLinksTest {
    private static final int MAX_FRAME = 64 << 20;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final TestLoop loop = new TestLoop();
    private final MemoryNetwork network = new MemoryNetwork(loop);
    private final List<Broker> brokers = new ArrayList<>();

    private static InetSocketAddress address(int nodeId) {
        return InetSocketAddress.createUnresolved("host" + nodeId, 9092);
    }

    /** One loop for everything; chance from a fixed seed. */
    private Environment environment() {
        Scheduler scheduler = new Scheduler() {
            @Override
            public int loops() {
                return 1;
            }

            @Override
            public EventLoop loop(int number) {
                return loop;
            }

            @Override
            public Executor blocking() {
                return loop;
            }
        };
        RandomSource random = new RandomSource() {
            @Override
            public RandomGenerator newGenerator() {
                return new SplittableRandom(1);
            }

            @Override
            public UUID newUuid() {
                return new UUID(1, 1);
            }
        };
        return new Environment(loop, scheduler, network, null, random);
    }

    /** A broker's process: its links, what they report, and a handler that echoes forwarded bodies. */
    private final class Broker implements Peers.Listener {
        private final int nodeId;
        private final List<String> heard = new ArrayList<>();
        private final PeerLinks links;
        private String clusterId = "cluster";
        private boolean answering = true;

        Broker(int nodeId, long incarnation) {
            this.nodeId = nodeId;
            PeerIdentity identity = new PeerIdentity(nodeId, incarnation, () -> clusterId);
            this.links = new PeerLinks(identity, environment(), MAX_FRAME, new Metrics());
            links.listen(this);
            brokers.add(this);
        }

        Broker listening() {
            network.listen(address(nodeId), MAX_FRAME, () -> links.accept(Echo::new, Echo::new));
            return this;
        }

        Broker knowing(int... nodeIds) {
            TreeMap<Integer, InetSocketAddress> peers = new TreeMap<>();
            for (int id : nodeIds) {
                peers.put(id, address(id));
            }
            links.setPeers(peers);
            return this;
        }

        boolean send(int to, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return links.send(to, PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes));
        }

        CompletableFuture<ForwardResponse> forward(int to, String body) {
            ByteBuf bytes =
                    PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(body.getBytes(StandardCharsets.UTF_8));
            ForwardRequest request = ForwardRequest.builder()
                    .clientAddress("10.0.0.1")
                    .body(bytes)
                    .build();
            return links.call(to, ApiKey.FORWARD, (short) 0, request, 1_000);
        }

        List<String> heard() {
            List<String> now = List.copyOf(heard);
            heard.clear();
            return now;
        }

        @Override
        public void connected(int from, long incarnation) {
            heard.add("connected " + from + " " + incarnation);
        }

        @Override
        public void disconnected(int from, boolean refused) {
            heard.add("disconnected " + from + (refused ? " refused" : ""));
        }

        @Override
        public void frame(int from, long incarnation, ByteBuf payload) {
            heard.add("frame " + from + " " + incarnation + " " + payload.toString(StandardCharsets.UTF_8));
            payload.release();
        }

        @Override
        public void rejected(int from, String message) {
            heard.add("rejected " + from + " " + message);
        }

        /** Stands for the dispatcher. */
        private final class Echo implements ConnectionHandler {
            @Override
            public void opened(Connection connection) {
                // Nothing to prepare.
            }

            @Override
            public void frame(Connection connection, ByteBuf frame) {
                RequestHeader header = Frames.readRequestHeader(frame);
                if (answering) {
                    ForwardRequest request = ForwardRequest.read(frame, (short) 0);
                    ForwardResponse response = ForwardResponse.builder()
                            .body(request.body().retainedSlice())
                            .build();
                    connection.send(FrameEncoder.response(
                            PooledByteBufAllocator.DEFAULT, response, (short) 0, header.correlationId()));
                }
                frame.release();
            }

            @Override
            public void closed(Connection connection, Closed why) {
                // Nothing to clean up.
            }
        }
    }

    @AfterEach
    void close() {
        brokers.forEach(broker -> broker.links.close());
        loop.advance(5_000);
    }

    private Broker broker(int nodeId, long incarnation, int... peers) {
        return new Broker(nodeId, incarnation).listening().knowing(peers);
    }

    @Test
    void twoBrokersLinkBothWaysAndExchangeFramesInOrder() {
        Broker one = broker(1, 11, 1, 2);
        Broker two = broker(2, 22, 1, 2);
        loop.advance(100);
        assertThat(one.heard()).containsExactly("connected 2 22");
        assertThat(two.heard()).containsExactly("connected 1 11");
        assertThat(one.links.isConnected(2)).isTrue();
        assertThat(one.send(2, "a") && one.send(2, "b") && two.send(1, "c")).isTrue();
        String large = "x".repeat(20_000);
        assertThat(one.send(2, large)).isTrue();
        loop.run();
        assertThat(two.heard()).containsExactly("frame 1 11 a", "frame 1 11 b", "frame 1 11 " + large);
        assertThat(one.heard()).containsExactly("frame 2 22 c");
    }

    @Test
    void aFrameToABrokerThatIsNotThereIsDropped() {
        Broker one = broker(1, 11, 2);
        loop.advance(1_000);
        assertThat(one.send(2, "a")).isFalse();
        assertThat(one.send(3, "a")).isFalse();
        assertThat(one.heard()).isEmpty();
    }

    @Test
    void framesAreDroppedWhenTooManyBytesWait() {
        Broker one = broker(1, 11, 2);
        Broker two = broker(2, 22);
        loop.advance(100);
        String megabyte = "x".repeat(1 << 20);
        int taken = 0;
        while (one.send(2, megabyte)) {
            taken++;
        }
        assertThat(taken).isEqualTo((int) (PeerLink.MAX_PENDING_BYTES >> 20));
        loop.run();
        assertThat(two.heard()).hasSize(taken);
        assertThat(one.send(2, "small")).isTrue();
        loop.run();
    }

    @Test
    void aDeadProcessIsToldApartFromABrokenLink() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(100);
        one.heard();
        network.reset(address(2));
        loop.advance(100);
        assertThat(one.heard()).containsExactly("disconnected 2", "connected 2 22");
        network.kill(address(2));
        loop.run();
        assertThat(one.heard())
                .as("at once, without a pause")
                .containsExactly("disconnected 2", "disconnected 2 refused");
        loop.advance(10_000);
        assertThat(one.heard()).as("and only once").isEmpty();
        broker(2, 23);
        loop.advance(500);
        assertThat(one.heard()).containsExactly("connected 2 23");
    }

    @Test
    void redialingBacksOffAndNeverGivesUp() {
        Broker one = broker(1, 11, 2);
        loop.advance(60_000);
        assertThat(network.dials()).isBetween(60_000 / 500, 2 * 60_000 / 500 + 10);
        broker(2, 22);
        loop.advance(500);
        assertThat(one.heard()).containsExactly("connected 2 22");
    }

    @Test
    void aBrokerThatGreetsIsDialedWithoutWaiting() {
        Broker one = broker(1, 11, 2);
        loop.advance(60_000);
        broker(2, 22, 1);
        loop.run();
        assertThat(one.heard()).containsExactly("connected 2 22");
    }

    @Test
    void aHostThatVanishedWithoutAWordIsNoticed() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(100);
        one.heard();
        network.silence(address(2));
        loop.advance(900);
        assertThat(one.links.isConnected(2)).isTrue();
        loop.advance(4_000);
        assertThat(one.heard()).containsExactly("disconnected 2", "connected 2 22");
    }

    @Test
    void anIdleLinkStaysUp() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(600_000);
        assertThat(one.heard()).containsExactly("connected 2 22");
        assertThat(network.dials()).isEqualTo(1);
    }

    @Test
    void anotherClusterIsRefused() {
        Broker one = broker(1, 11, 2);
        Broker two = broker(2, 22);
        one.clusterId = "another";
        loop.advance(100);
        assertThat(one.heard()).isNotEmpty().allSatisfy(event -> assertThat(event)
                .startsWith("rejected 2 ")
                .contains("this is cluster cluster, the caller belongs to cluster another"));
        assertThat(one.send(2, "a")).isFalse();
        assertThat(two.heard()).isEmpty();
    }

    @Test
    void aClusterIdThatIsNotKnownYetFitsAny() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        one.clusterId = null;
        loop.advance(100);
        assertThat(one.heard()).containsExactly("connected 2 22");
        one.clusterId = "another";
        loop.advance(2_000);
        assertThat(one.heard())
                .as("asked at every greeting")
                .contains("disconnected 2")
                .anyMatch(event -> event.startsWith("rejected 2"));
    }

    @Test
    void aNodeIdInUseByALivingBrokerIsRefused() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(100);
        assertThat(one.heard()).containsExactly("connected 2 22");
        Broker impostor = new Broker(1, 12).knowing(2);
        loop.advance(10_000);
        assertThat(impostor.heard()).isNotEmpty().allSatisfy(event -> assertThat(event)
                .startsWith("rejected 2 another broker with node.id 1 is alive"));
        assertThat(one.heard()).isEmpty();
        assertThat(one.links.isConnected(2)).isTrue();
    }

    @Test
    void aNodeIdPassesToANewProcessWhenTheOldOneIsGone() {
        Broker one = broker(1, 11, 2);
        Broker two = broker(2, 22, 1);
        loop.advance(100);
        // The old process vanishes without its connections being reset.
        one.links.setPeers(new TreeMap<>());
        loop.run();
        Broker next = new Broker(1, 12).knowing(2);
        loop.advance(100);
        assertThat(next.heard()).containsExactly("connected 2 22");
        assertThat(next.send(2, "a")).isTrue();
        loop.run();
        assertThat(two.heard()).contains("frame 1 12 a");
    }

    @Test
    void aNodeIdPassesToANewProcessWhenTheOldOneIsSilent() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(100);
        network.silence(address(2));
        Broker next = new Broker(1, 12).knowing(2);
        loop.advance(1_000);
        assertThat(next.heard()).isNotEmpty().allMatch(event -> event.startsWith("rejected 2"));
        one.links.close();
        loop.advance(3_000);
        assertThat(next.heard()).endsWith("connected 2 22");
    }

    @Test
    void aBrokerConfiguredWithTheSameNodeIdIsRefusedByItself() {
        Broker one = broker(1, 11);
        Broker other = new Broker(2, 22);
        // Broker 2 is told that broker 3 is where broker 1 is.
        TreeMap<Integer, InetSocketAddress> wrong = new TreeMap<>();
        wrong.put(3, address(1));
        other.links.setPeers(wrong);
        loop.advance(100);
        assertThat(other.heard())
                .allMatch(event -> event.equals("rejected 3 the broker at this address has node.id 1, not 3"))
                .isNotEmpty();
        Broker same = new Broker(1, 12);
        same.links.setPeers(wrong);
        loop.advance(100);
        assertThat(same.heard()).isNotEmpty().allMatch(event -> event.contains("this broker has node.id 1 too"));
        TreeMap<Integer, InetSocketAddress> self = new TreeMap<>();
        self.put(3, address(1));
        one.links.setPeers(self);
        loop.advance(100);
        assertThat(one.heard()).isNotEmpty().allMatch(event -> event.contains("called itself"));
    }

    @Test
    void aRestartThatNobodyNoticedIsNoticedByItsGreeting() {
        Broker one = broker(1, 11, 2);
        Broker two = broker(2, 22, 1);
        loop.advance(100);
        one.heard();
        // Broker 2 is replaced while the connections to it stay open, as after a power failure.
        network.silence(address(2));
        two.links.setPeers(new TreeMap<>());
        loop.run();
        broker(2, 23, 1);
        loop.run();
        assertThat(one.heard()).containsExactly("disconnected 2", "connected 2 23");
        two.links.close();
    }

    @Test
    void callsAreAnsweredAndBuffersInTheAnswerLastAsLongAsTheCallback() {
        Broker one = broker(1, 11, 2);
        broker(2, 22);
        loop.advance(100);
        List<String> bodies = new ArrayList<>();
        for (String body : List.of("first", "second", "x".repeat(10_000))) {
            one.forward(2, body)
                    .thenAccept(response -> bodies.add(response.body().toString(StandardCharsets.UTF_8)));
        }
        loop.run();
        assertThat(bodies).containsExactly("first", "second", "x".repeat(10_000));
    }

    @Test
    void aCallThatFailsSaysWhetherItMayHaveBeenDone() {
        Broker one = broker(1, 11, 2);
        Broker two = broker(2, 22);
        two.answering = false;
        assertThat(failure(one.forward(2, "before the link is up")).maybeDone()).isFalse();
        assertThat(failure(one.forward(7, "to nobody")).maybeDone()).isFalse();
        loop.advance(100);
        CompletableFuture<ForwardResponse> late = one.forward(2, "not answered in time");
        loop.advance(1_000);
        assertThat(failure(late).maybeDone()).isTrue();
        CompletableFuture<ForwardResponse> cut = one.forward(2, "not answered before the end");
        loop.run();
        network.reset(address(2));
        assertThat(failure(cut).maybeDone()).isTrue();
    }

    private PeerException failure(CompletableFuture<?> call) {
        loop.run();
        assertThat(call).isCompletedExceptionally();
        return (PeerException) call.handle((response, thrown) -> thrown).join();
    }

    @Test
    void peersThatAreNotWantedAnyMoreAreDropped() {
        Broker one = broker(1, 11, 2, 3);
        broker(2, 22);
        broker(3, 33);
        loop.advance(100);
        one.heard();
        one.knowing(3);
        loop.advance(10_000);
        assertThat(one.heard()).containsExactly("disconnected 2");
        assertThat(one.links.isConnected(2)).isFalse();
        assertThat(one.links.isConnected(3)).isTrue();
    }

    @Test
    void aNewAddressIsDialed() {
        Broker one = broker(1, 11, 2);
        loop.advance(1_000);
        broker(2, 22);
        network.listen(
                address(20), MAX_FRAME, () -> brokers.get(1).links.accept(null, () -> brokers.get(1).new Echo()));
        loop.advance(1_000);
        one.heard();
        TreeMap<Integer, InetSocketAddress> moved = new TreeMap<>();
        moved.put(2, address(20));
        one.links.setPeers(moved);
        loop.advance(100);
        assertThat(one.heard()).containsExactly("disconnected 2", "connected 2 22");
    }

    @Test
    void nothingButAGreetingIsTakenFromABrokerAtFirst() {
        broker(1, 11);
        List<String> ends = new ArrayList<>();
        network.connect(address(1), MAX_FRAME, loop, new ConnectionHandler() {
            @Override
            public void opened(Connection connection) {
                ByteBuf hello = Unpooled.buffer()
                        .writeShort(ApiKey.PEER_HELLO.number())
                        .writeShort(0)
                        .writeInt(1);
                connection.send(PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(hello));
            }

            @Override
            public void frame(Connection connection, ByteBuf frame) {
                frame.release();
            }

            @Override
            public void closed(Connection connection, Closed why) {
                ends.add(why.detail());
            }
        });
        loop.run();
        assertThat(ends).hasSize(1);
    }

    @Test
    void aClientsConnectionGoesToTheClientsHandler() {
        Broker one = broker(1, 11);
        List<String> frames = new ArrayList<>();
        network.connect(address(1), MAX_FRAME, loop, new ConnectionHandler() {
            @Override
            public void opened(Connection connection) {
                connection.send(FrameEncoder.request(
                        PooledByteBufAllocator.DEFAULT,
                        HeartbeatRequest.builder().build(),
                        (short) 0,
                        1,
                        null));
            }

            @Override
            public void frame(Connection connection, ByteBuf frame) {
                frames.add("answer");
                frame.release();
            }

            @Override
            public void closed(Connection connection, Closed why) {
                // Not of interest.
            }
        });
        one.answering = false;
        loop.run();
        assertThat(frames).isEmpty();
        assertThat(one.heard()).isEmpty();
    }
}
