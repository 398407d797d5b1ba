package io.flotilla.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * A program: many connections, of which each sends a record of 1 KB to the leader of one partition and its next one when that is
 * acknowledged. Prints one line of JSON: requests per second, and the quantiles of the time from a request to its answer.
 */
public final class ConnectionLoad {
    private static final short PRODUCE_VERSION = 9;
    private static final short ALL = -1;
    private static final int RECORD_BYTES = 1024;
    private static final int TIMEOUT_MS = 30_000;
    private static final int LENGTH_BYTES = 4;
    /** Of a Produce response to one partition; longer ones carry an error message. */
    private static final int RESPONSE_BYTES = 4096;
    /** Of the error code behind length, correlation id, tags, topic count, topic name's length and partition count and index. */
    private static final int BYTES_AROUND_NAME = LENGTH_BYTES + 4 + 1 + 1 + 1 + 1 + 4;

    private final String topic;
    private final List<Client> clients = new ArrayList<>();
    private final List<Long> latencies = new ArrayList<>();

    private ConnectionLoad(String topic) {
        this.topic = topic;
    }

    /** Arguments: bootstrap servers, topic, connections, seconds. */
    public static void main(String[] arguments) throws Exception {
        ConnectionLoad load = new ConnectionLoad(arguments[1]);
        int seconds = Integer.parseInt(arguments[3]);
        try (Selector selector = Selector.open()) {
            load.connect(leaders(arguments[0], arguments[1]), Integer.parseInt(arguments[2]), selector);
            load.run(selector, Math.max(1, seconds / 4));
            load.latencies.clear();
            double took = load.run(selector, seconds);
            System.out.println(new ObjectMapper().writeValueAsString(load.figures(took)));
        }
    }

    private static List<Node> leaders(String bootstrap, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .get(topic)
                    .partitions()
                    .stream()
                    .map(TopicPartitionInfo::leader)
                    .toList();
        }
    }

    private void connect(List<Node> leaders, int connections, Selector selector) throws IOException {
        for (int i = 0; i < connections; i++) {
            int partition = i % leaders.size();
            Node leader = leaders.get(partition);
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(leader.host(), leader.port()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Client client = new Client(channel, request(partition));
            key.attach(client);
            clients.add(client);
        }
    }

    private ByteBuffer request(int partition) {
        try (RecordBatchBuilder batch = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
            batch.append(System.currentTimeMillis(), null, new byte[RECORD_BYTES]);
            ProduceRequest request = ProduceRequest.builder()
                    .acks(ALL)
                    .timeoutMs(TIMEOUT_MS)
                    .topicData(List.of(ProduceRequest.Topic.builder()
                            .name(topic)
                            .partitionData(List.of(ProduceRequest.Partition.builder()
                                    .index(partition)
                                    .records(batch.build())
                                    .build()))
                            .build()))
                    .build();
            ByteBuf frame =
                    FrameEncoder.request(UnpooledByteBufAllocator.DEFAULT, request, PRODUCE_VERSION, 1, "bench");
            ByteBuffer bytes = ByteBuffer.allocateDirect(LENGTH_BYTES + frame.readableBytes());
            bytes.putInt(frame.readableBytes()).put(frame.nioBuffer()).flip();
            frame.release();
            return bytes;
        }
    }

    /** Lets all connections work for so long, then waits for what is under way; returns the seconds that it took. */
    private double run(Selector selector, int seconds) throws IOException {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        for (Client client : clients) {
            client.send();
        }
        int waiting = clients.size();
        long deadline = end + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (waiting > 0) {
            selector.select(1_000);
            for (SelectionKey key : selector.selectedKeys()) {
                Client client = (Client) key.attachment();
                if (client.answered()) {
                    long now = System.nanoTime();
                    latencies.add(now - client.sentAt);
                    if (now < end) {
                        client.send();
                    } else {
                        waiting--;
                    }
                }
            }
            selector.selectedKeys().clear();
            if (System.nanoTime() > deadline) {
                throw new IOException(waiting + " connections have no answer after " + TIMEOUT_MS + " ms");
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private final class Client {
        final SocketChannel channel;
        final ByteBuffer request;
        final ByteBuffer response = ByteBuffer.allocate(RESPONSE_BYTES);
        long sentAt;

        Client(SocketChannel channel, ByteBuffer request) {
            this.channel = channel;
            this.request = request;
        }

        void send() throws IOException {
            sentAt = System.nanoTime();
            request.rewind();
            while (request.hasRemaining()) {
                channel.write(request);
            }
        }

        /** Reads, and tells whether the whole answer is there. */
        boolean answered() throws IOException {
            if (channel.read(response) < 0) {
                throw new EOFException("a broker has closed a connection");
            }
            if (response.position() < LENGTH_BYTES || response.position() < LENGTH_BYTES + response.getInt(0)) {
                return false;
            }
            short error = response.getShort(BYTES_AROUND_NAME + topic.length());
            if (error != 0) {
                throw new IOException("a broker answered with error " + error);
            }
            response.clear();
            return true;
        }
    }

    private Map<String, Double> figures(double seconds) {
        long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
        Map<String, Double> figures = new TreeMap<>();
        figures.put("requests_s", sorted.length / seconds);
        figures.put("p50_ms", quantile(sorted, 0.5));
        figures.put("p99_ms", quantile(sorted, 0.99));
        return figures;
    }

    /** In milliseconds; the smallest value that so large a part does not exceed. */
    static double quantile(long[] sortedNanos, double part) {
        if (sortedNanos.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(part * sortedNanos.length);
        return Arrays.stream(sortedNanos)
                        .skip(Math.max(0, rank - 1))
                        .findFirst()
                        .orElseThrow()
                / 1e6;
    }
}
