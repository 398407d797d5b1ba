package io.flotilla.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.Await;
import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.log.fs.FileBytes;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of which parts are in files, over real sockets on loopback, on every transport this machine has. */
class FilePartsTest {
    private static final int FILE_BYTES = 20 << 20;
    private static final byte[] CONTENT = new byte[FILE_BYTES];

    static {
        new SplittableRandom(1).nextBytes(CONTENT);
    }

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    @TempDir
    private Path directory;

    private final AtomicInteger open = new AtomicInteger();
    private NettyScheduler scheduler;
    private Network.Listener listener;
    private Socket socket;
    private DataInputStream in;
    private volatile Connection connection;
    private volatile Closed closed;

    static Stream<NettyTransport> transports() {
        return Epoll.isAvailable()
                ? Stream.of(NettyTransport.epoll(), NettyTransport.nio())
                : Stream.of(NettyTransport.nio());
    }

    private void connect(NettyTransport transport) throws IOException {
        scheduler = new NettyScheduler(transport, 1, 1);
        NettyNetwork network = new NettyNetwork(scheduler, new NetworkLimits(10, 60_000, 10, -1, -1), new Metrics());
        listener = network.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1 << 20, () -> new ConnectionHandler() {
                    @Override
                    public void opened(Connection opened) {
                        connection = opened;
                    }

                    @Override
                    public void frame(Connection from, ByteBuf frame) {
                        frame.release();
                    }

                    @Override
                    public void writable(Connection again) {}

                    @Override
                    public void closed(Connection was, Closed why) {
                        closed = why;
                    }
                });
        socket = new Socket(listener.address().getAddress(), listener.address().getPort());
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        Await.until("connected", () -> connection != null);
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        listener.close();
        scheduler.close();
        Await.until("all files are closed", () -> open.get() == 0);
    }

    /** Ranges of a file with the content. */
    private ByteBuf fileBytes(FileSystem files, Path file, long... ranges) throws IOException {
        if (!files.exists(file)) {
            try (FileHandle handle = files.open(file, FileSystem.Access.WRITE)) {
                handle.write(new ByteBuffer[] {ByteBuffer.wrap(CONTENT)}, 1, 0);
            }
        }
        open.incrementAndGet();
        return FileBytes.of(new Watched(files.open(file, FileSystem.Access.READ)), ranges);
    }

    private ByteBuf fileBytes(long... ranges) throws IOException {
        return fileBytes(new JdkFileSystem(), directory.resolve("content"), ranges);
    }

    private static ByteBuf memory(int... bytes) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length);
        for (int value : bytes) {
            buffer.writeByte(value);
        }
        return buffer;
    }

    private static ByteBuf frame(ByteBuf... parts) {
        CompositeByteBuf frame = PooledByteBufAllocator.DEFAULT.compositeBuffer(parts.length);
        for (ByteBuf part : parts) {
            frame.addComponent(true, part);
        }
        return frame;
    }

    private byte[] received() throws IOException {
        return in.readNBytes(in.readInt());
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] content(int from, int to) {
        return Arrays.copyOfRange(CONTENT, from, to);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void partsOfFilesArriveWhereTheyBelong(NettyTransport transport) throws IOException {
        connect(transport);
        connection.send(
                frame(memory(1, 2), fileBytes(5, 70_000), memory(3), fileBytes(10, 20, 100, 200_000, 0, 1), memory(4)));
        connection.send(fileBytes(7, 3));
        connection.send(memory(5));
        assertThat(received())
                .isEqualTo(joined(
                        new byte[] {1, 2},
                        content(5, 70_005),
                        new byte[] {3},
                        content(10, 30),
                        content(100, 200_100),
                        content(0, 1),
                        new byte[] {4}));
        assertThat(received()).isEqualTo(content(7, 10));
        assertThat(received()).containsExactly(5);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFileThatIsNoneOfTheSystemsIsCopied(NettyTransport transport) throws IOException {
        connect(transport);
        connection.send(frame(memory(1), fileBytes(new MemoryFileSystem(), Path.of("/content"), 1000, 100_000)));
        assertThat(received()).isEqualTo(joined(new byte[] {1}, content(1000, 101_000)));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatIsNotTakenFillsTheConnection(NettyTransport transport) throws IOException {
        connect(transport);
        connection.send(frame(memory(1), fileBytes(0, FILE_BYTES)));
        Await.until("not writable", () -> !connection.isWritable());
        assertThat(connection.pendingBytes()).isGreaterThan(FILE_BYTES / 2);
        assertThat(received()).isEqualTo(joined(new byte[] {1}, CONTENT));
        Await.until("writable again", () -> connection.isWritable());
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aRemovedFileIsSentToItsEnd(NettyTransport transport) throws IOException {
        connect(transport);
        connection.send(fileBytes(0, FILE_BYTES));
        new JdkFileSystem().delete(directory.resolve("content"));
        assertThat(received()).isEqualTo(CONTENT);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFileThatWasCutShortClosesTheConnection(NettyTransport transport) throws IOException {
        connect(transport);
        ByteBuf bytes = fileBytes(0, FILE_BYTES);
        try (FileHandle file = new JdkFileSystem().open(directory.resolve("content"), FileSystem.Access.WRITE)) {
            file.truncate(1000);
        }
        connection.send(frame(memory(1), bytes, memory(2)));
        Await.until("closed", () -> closed != null);
        assertThat(in.readAllBytes()).hasSizeLessThanOrEqualTo(Integer.BYTES + 1 + 1000);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aConnectionThatEndsGivesTheFilesBack(NettyTransport transport) throws IOException {
        connect(transport);
        for (int i = 0; i < 5; i++) {
            connection.send(frame(memory(i), fileBytes(0, FILE_BYTES)));
        }
        Await.until("not writable", () -> !connection.isWritable());
        socket.close();
        Await.until("closed", () -> closed != null);
        connection.send(fileBytes(0, 10));
        Await.until("all files are closed", () -> open.get() == 0);
    }

    /** A handle whose closing is noticed. */
    private final class Watched implements FileHandle {
        private final FileHandle handle;

        Watched(FileHandle handle) {
            this.handle = handle;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return handle.read(target, position);
        }

        @Override
        public FileChannel channel() {
            return handle.channel();
        }

        @Override
        public void write(ByteBuffer[] sources, int count, long position) throws IOException {
            handle.write(sources, count, position);
        }

        @Override
        public long size() throws IOException {
            return handle.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            handle.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            handle.sync();
        }

        @Override
        public void close() throws IOException {
            handle.close();
            open.decrementAndGet();
        }
    }
}
