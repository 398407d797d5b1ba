package io.flotilla.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.Await;
import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real sockets on loopback, on every transport this machine has. */
class NettyNetworkTest {
    private static final int LIMIT = 32 << 20;
    private static final NetworkLimits LIMITS = new NetworkLimits(100, 60_000, 100, -1, -1);

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final List<Socket> sockets = new ArrayList<>();
    private NettyScheduler scheduler;
    private NettyNetwork network;
    private Network.Listener listener;

    static Stream<NettyTransport> transports() {
        return Epoll.isAvailable()
                ? Stream.of(NettyTransport.epoll(), NettyTransport.nio())
                : Stream.of(NettyTransport.nio());
    }

    /** Keeps what it hears, and does something with each frame. */
    private static final class Recorder implements ConnectionHandler {
        private final BiConsumer<Connection, ByteBuf> onFrame;
        private final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
        private volatile Connection connection;
        private volatile Closed closed;
        private volatile int writable;

        Recorder(BiConsumer<Connection, ByteBuf> onFrame) {
            this.onFrame = onFrame;
        }

        Recorder() {
            this((connection, frame) -> frame.release());
        }

        @Override
        public void opened(Connection opened) {
            connection = opened;
        }

        @Override
        public void frame(Connection from, ByteBuf frame) {
            frames.add(ByteBufUtil.getBytes(frame));
            onFrame.accept(from, frame);
        }

        @Override
        public void writable(Connection again) {
            writable++;
        }

        @Override
        public void closed(Connection was, Closed why) {
            assertThat(closed).as("closed twice").isNull();
            closed = why;
        }
    }

    private void start(NettyTransport transport, NetworkLimits limits) {
        scheduler = new NettyScheduler(transport, 2, 2);
        network = new NettyNetwork(scheduler, limits, new Metrics());
    }

    private void serve(NettyTransport transport, NetworkLimits limits, Recorder... handlers) throws IOException {
        start(transport, limits);
        Queue<Recorder> next = new ConcurrentLinkedQueue<>(List.of(handlers));
        listener = network.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), LIMIT, next::remove);
    }

    private Socket dial() throws IOException {
        Socket socket =
                new Socket(listener.address().getAddress(), listener.address().getPort());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        return socket;
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (listener != null) {
            listener.close();
        }
        scheduler.close();
    }

    private static byte[] content(int length, int seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuf pooled(byte[] content) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(content.length).writeBytes(content);
    }

    private static byte[] readFrame(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    @ParameterizedTest
    @MethodSource("transports")
    void framesComeBackInOrder(NettyTransport transport) throws IOException {
        serve(transport, LIMITS, new Recorder(Connection::send));
        Socket socket = dial();
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int[] sizes = {0, 1, 100, 5_000, 200_000, 3};
        for (int i = 0; i < sizes.length; i++) {
            out.writeInt(sizes[i]);
            out.write(content(sizes[i], i));
        }
        for (int i = 0; i < sizes.length; i++) {
            assertThat(readFrame(in)).as("frame %d", i).isEqualTo(content(sizes[i], i));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFrameMayComeByteByByte(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        Socket socket = dial();
        byte[] content = content(20, 1);
        for (byte b : new byte[] {0, 0, 0, 20}) {
            socket.getOutputStream().write(b);
        }
        for (byte b : content) {
            socket.getOutputStream().write(b);
        }
        Await.until("the frame arrives", () -> server.frames.size() == 1);
        assertThat(server.frames.peek()).isEqualTo(content);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aLargeFrameArrivesInOnePooledDirectBuffer(NettyTransport transport) throws IOException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Recorder server = new Recorder((connection, frame) -> {
            seen.add(frame.isDirect() + " " + frame.nioBufferCount() + " " + frame.readableBytes());
            frame.release();
        });
        serve(transport, LIMITS, server);
        byte[] content = content(20 << 20, 1);
        DataOutputStream out = new DataOutputStream(dial().getOutputStream());
        out.writeInt(content.length);
        out.write(content);
        Await.until("the frame arrives", () -> seen.size() == 1);
        assertThat(server.frames.peek()).isEqualTo(content);
        assertThat(seen).containsExactly("true 1 " + content.length);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFrameOverTheLimitClosesTheConnectionAndNothingElse(NettyTransport transport) throws IOException {
        for (int length : new int[] {LIMIT + 1, -1}) {
            Recorder bad = new Recorder();
            Recorder good = new Recorder(Connection::send);
            serve(transport, LIMITS, good, bad);
            Socket healthy = dial();
            Await.until("connected", () -> good.connection != null);
            DataOutputStream out = new DataOutputStream(dial().getOutputStream());
            out.writeInt(length);
            out.write(1);
            Await.until("the connection is closed", () -> bad.closed != null);
            assertThat(bad.closed.cause()).isEqualTo(Closed.Cause.LOCAL);
            assertThat(bad.closed.detail()).contains(String.valueOf(length));
            assertThat(bad.frames).isEmpty();
            new DataOutputStream(healthy.getOutputStream()).writeInt(0);
            assertThat(readFrame(new DataInputStream(healthy.getInputStream()))).isEmpty();
            stop();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aLengthThatLiesCostsLittleAndIsForgottenWithItsConnection(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        long before = NoLeaks.inUse();
        Socket socket = dial();
        new DataOutputStream(socket.getOutputStream()).writeInt(LIMIT);
        socket.getOutputStream().write(content(10, 1));
        Await.until("the length arrives", () -> NoLeaks.inUse() > before);
        assertThat(NoLeaks.inUse() - before).isLessThanOrEqualTo(2L * FrameReader.TRUSTED_BYTES);
        socket.close();
        Await.until("the connection is closed", () -> server.closed != null);
        assertThat(server.closed.cause()).isEqualTo(Closed.Cause.REMOTE);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aSlowReaderIsNoticedAndCaughtUpWith(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        Socket socket = dial();
        Await.until("connected", () -> server.connection != null);
        int count = 200;
        for (int i = 0; i < count; i++) {
            server.connection.send(pooled(content(100_000, i)));
        }
        // Far more than the operating system holds for a socket: the rest can only wait here.
        assertThat(server.connection.pendingBytes()).isGreaterThan(2 << 20);
        Await.until("not writable", () -> !server.connection.isWritable());
        int writableBefore = server.writable;
        DataInputStream in = new DataInputStream(socket.getInputStream());
        for (int i = 0; i < count; i++) {
            assertThat(readFrame(in)).as("frame %d", i).isEqualTo(content(100_000, i));
        }
        Await.until("writable again", () -> server.writable > writableBefore);
        Await.until("all handed over", () -> server.connection.pendingBytes() == 0);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void nothingIsDeliveredWhileReadingIsOff(NettyTransport transport) throws IOException {
        Recorder server = new Recorder((connection, frame) -> {
            connection.setReading(false);
            frame.release();
        });
        serve(transport, LIMITS, server);
        DataOutputStream out = new DataOutputStream(dial().getOutputStream());
        for (int i = 0; i < 50; i++) {
            out.writeInt(4);
            out.writeInt(i);
        }
        for (int i = 1; i <= 50; i++) {
            int count = i;
            Await.until("frame " + i, () -> server.frames.size() == count);
            server.connection.setReading(true);
        }
        assertThat(server.frames).extracting(frame -> (int) frame[3]).isSorted();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void framesFromOtherThreadsArriveInEachThreadsOrder(NettyTransport transport) throws Exception {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        DataInputStream in = new DataInputStream(dial().getInputStream());
        Await.until("connected", () -> server.connection != null);
        int each = 2_000;
        Stream<Runnable> senders = Stream.of(0, 1, 2).map(sender -> () -> {
            for (int i = 0; i < each; i++) {
                server.connection.send(PooledByteBufAllocator.DEFAULT
                        .directBuffer(8)
                        .writeInt(sender)
                        .writeInt(i));
            }
        });
        List<Thread> threads = senders.map(Thread::new).toList();
        threads.forEach(Thread::start);
        int[] next = new int[3];
        for (int i = 0; i < 3 * each; i++) {
            assertThat(in.readInt()).isEqualTo(8);
            int sender = in.readInt();
            assertThat(in.readInt()).isEqualTo(next[sender]++);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Await.until("all handed over", () -> server.connection.pendingBytes() == 0);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void closingSendsWhatIsQueuedAndDropsWhatComesAfter(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        DataInputStream in = new DataInputStream(dial().getInputStream());
        Await.until("connected", () -> server.connection != null);
        server.connection.send(pooled(content(500_000, 1)));
        server.connection.close();
        assertThat(readFrame(in)).isEqualTo(content(500_000, 1));
        assertThat(in.read()).isEqualTo(-1);
        Await.until("closed", () -> server.closed != null);
        assertThat(server.closed.cause()).isEqualTo(Closed.Cause.LOCAL);
        server.connection.send(pooled(content(10, 1)));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatWasSentBeforeTheLoopsEndIsSent(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, LIMITS, server);
        DataInputStream in = new DataInputStream(dial().getInputStream());
        Await.until("connected", () -> server.connection != null);
        for (int i = 0; i < 100; i++) {
            server.connection.send(pooled(content(100, i)));
        }
        scheduler.close();
        for (int i = 0; i < 100; i++) {
            assertThat(readFrame(in)).as("frame %d", i).isEqualTo(content(100, i));
        }
        assertThat(in.read()).isEqualTo(-1);
        server.connection.send(pooled(content(10, 1)));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void connectionsOverTheLimitAreClosedAtOnce(NettyTransport transport) throws IOException {
        Recorder first = new Recorder(Connection::send);
        Recorder second = new Recorder(Connection::send);
        serve(transport, new NetworkLimits(1, 60_000, 10, -1, -1), first, second);
        Socket kept = dial();
        Await.until("connected", () -> first.connection != null);
        assertThat(dial().getInputStream().read()).isEqualTo(-1);
        kept.close();
        Await.until("closed", () -> first.closed != null);
        Socket next = dial();
        new DataOutputStream(next.getOutputStream()).writeInt(0);
        assertThat(readFrame(new DataInputStream(next.getInputStream()))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theSystemHoldsNoMoreThanItIsToldTo(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        int held = 64 << 10;
        serve(transport, new NetworkLimits(10, 60_000, 10, held, held), server);
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(held);
            client.connect(listener.address());
            Await.until("connected", () -> server.connection != null);
            for (int i = 0; i < 8_192; i++) {
                server.connection.send(pooled(content(1_020, i)));
            }
            AtomicLong before = new AtomicLong();
            AtomicInteger looks = new AtomicInteger();
            Await.until("no more of it goes", () -> {
                long pending = server.connection.pendingBytes();
                looks.set(pending == before.getAndSet(pending) ? looks.get() + 1 : 0);
                return looks.get() == 20;
            });
            // Linux takes twice as much, for what it notes beside the bytes, and the other side has a buffer, too.
            assertThat(server.connection.pendingBytes()).isGreaterThan((8 << 20) - 8 * held);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anIdleConnectionIsClosed(NettyTransport transport) throws IOException {
        Recorder server = new Recorder();
        serve(transport, new NetworkLimits(10, 50, 10, -1, -1), server);
        assertThat(dial().getInputStream().read()).isEqualTo(-1);
        Await.until("closed", () -> server.closed != null);
        assertThat(server.closed.detail()).contains("idle");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void twoOfOurOwnConnectionsTalk(NettyTransport transport) throws IOException {
        serve(transport, LIMITS, new Recorder(Connection::send));
        Recorder client = new Recorder();
        network.connect(listener.address(), LIMIT, scheduler.loop(1), client);
        Await.until("connected", () -> client.connection != null);
        assertThat(client.connection.loop()).isSameAs(scheduler.loop(1));
        client.connection.send(pooled(content(1_000_000, 1)));
        Await.until("answered", () -> client.frames.size() == 1);
        assertThat(client.frames.peek()).isEqualTo(content(1_000_000, 1));
        client.connection.close();
        Await.until("closed", () -> client.closed != null);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aConnectionThatCannotBeMadeSaysWhy(NettyTransport transport) throws IOException {
        serve(transport, LIMITS);
        InetSocketAddress nobody = listener.address();
        listener.close();
        Recorder refused = new Recorder();
        Await.until("the port is free", () -> {
            try (Socket socket = new Socket(nobody.getAddress(), nobody.getPort())) {
                return !socket.isConnected();
            } catch (IOException e) {
                return true;
            }
        });
        network.connect(nobody, LIMIT, scheduler.loop(0), refused);
        Await.until("refused", () -> refused.closed != null);
        assertThat(refused.closed.cause()).isEqualTo(Closed.Cause.REFUSED);
        Recorder unknown = new Recorder();
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("no-such-host.invalid", 9092);
        network.connect(nowhere, LIMIT, scheduler.loop(0), unknown);
        Await.until("unknown", () -> unknown.closed != null);
        assertThat(unknown.closed.cause()).isEqualTo(Closed.Cause.UNREACHABLE);
        assertThat(unknown.closed.detail()).contains("no-such-host.invalid");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anAddressInUseIsNamedInTheError(NettyTransport transport) throws IOException {
        serve(transport, LIMITS);
        assertThatThrownBy(() -> network.listen(listener.address(), LIMIT, Recorder::new))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + listener.address().getPort());
    }
}
