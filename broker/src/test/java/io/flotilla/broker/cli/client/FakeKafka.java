package io.flotilla.broker.cli.client;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ApiVersionsResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.RequestHeader;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A one-broker cluster that answers as a test tells it to, over a real socket. Connections are served one after another. */
public final class FakeKafka implements AutoCloseable {
    /** The id of every topic there is. */
    public static final UUID TOPIC_ID = new UUID(7, 7);

    private final ServerSocket server;
    private final Thread thread;
    private final Map<ApiKey, Function<ApiMessage, ApiMessage>> answers =
            Collections.synchronizedMap(new EnumMap<>(ApiKey.class));
    private final List<ApiMessage> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Short> versions = Collections.synchronizedList(new ArrayList<>());
    private volatile short newestApiVersions = ApiKey.API_VERSIONS.highestVersion();
    private volatile boolean closed;

    public FakeKafka() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread = new Thread(this::serve, "fake-kafka");
        thread.start();
    }

    public String bootstrap() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Answers an API; null from the function closes the connection instead. */
    public <Q extends ApiMessage> FakeKafka on(ApiKey api, Class<Q> type, Function<Q, ApiMessage> answer) {
        answers.put(api, request -> answer.apply(type.cast(request)));
        return this;
    }

    /** Answers Metadata with topics of one partition each, led by this broker, whose id is 1. */
    public FakeKafka topic(String name, int partitions) {
        answers.put(ApiKey.METADATA, request -> metadata(name, partitions));
        return this;
    }

    private MetadataResponse metadata(String name, int partitions) {
        List<MetadataResponse.Partition> all = IntStream.range(0, partitions)
                .mapToObj(index -> MetadataResponse.Partition.builder()
                        .partitionIndex(index)
                        .leaderId(1)
                        .replicaNodes(List.of(1))
                        .isrNodes(List.of(1))
                        .build())
                .toList();
        return MetadataResponse.builder()
                .brokers(List.of(MetadataResponse.Broker.builder()
                        .nodeId(1)
                        .host("127.0.0.1")
                        .port(server.getLocalPort())
                        .build()))
                .topics(List.of(MetadataResponse.Topic.builder()
                        .name(name)
                        .topicId(TOPIC_ID)
                        .partitions(all)
                        .build()))
                .build();
    }

    /** Knows ApiVersions only up to this version, as an old broker does. */
    public FakeKafka newestApiVersions(int version) {
        newestApiVersions = (short) version;
        return this;
    }

    /** The requests of one kind so far. */
    public <Q extends ApiMessage> List<Q> requests(Class<Q> type) {
        synchronized (requests) {
            return requests.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    /** The versions of all requests so far. */
    public List<Short> versions() {
        synchronized (versions) {
            return List.copyOf(versions);
        }
    }

    private void serve() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                Thread connection = new Thread(() -> serve(socket), "fake-kafka-connection");
                connection.setDaemon(true);
                connection.start();
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (!closed) {
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                if (!answer(Unpooled.wrappedBuffer(bytes), socket)) {
                    return;
                }
            }
        } catch (EOFException e) {
            // The client is done.
        } catch (IOException e) {
            if (!closed) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private boolean answer(ByteBuf frame, Socket socket) throws IOException {
        RequestHeader header = Frames.readRequestHeader(frame);
        ApiKey api = ApiKey.of(header.requestApiKey()).orElseThrow();
        short version = header.requestApiVersion();
        versions.add(version);
        if (api == ApiKey.API_VERSIONS) {
            boolean known = version <= newestApiVersions;
            send(socket, apiVersions(known), known ? version : 0, header.correlationId());
            return true;
        }
        ApiMessage request = api.readRequest(frame, version);
        requests.add(request);
        ApiMessage response = answers.get(api).apply(request);
        if (response == null) {
            return false;
        }
        send(socket, response, version, header.correlationId());
        return true;
    }

    private ApiMessage apiVersions(boolean known) {
        List<ApiVersionsResponse.ApiVersion> offered = new ArrayList<>();
        offered.add(offer(ApiKey.API_VERSIONS));
        synchronized (answers) {
            answers.keySet().forEach(api -> offered.add(offer(api)));
        }
        return ApiVersionsResponse.builder()
                .errorCode(known ? ErrorCode.NONE.code() : ErrorCode.UNSUPPORTED_VERSION.code())
                .apiKeys(offered)
                .build();
    }

    private static ApiVersionsResponse.ApiVersion offer(ApiKey api) {
        return ApiVersionsResponse.ApiVersion.builder()
                .apiKey(api.number())
                .minVersion(api.lowestVersion())
                .maxVersion(api.highestVersion())
                .build();
    }

    private static void send(Socket socket, ApiMessage response, int version, int correlationId) throws IOException {
        ApiKey api = ApiKey.of(response.apiKey()).orElseThrow();
        ResponseHeader header = new ResponseHeader(correlationId);
        short headerVersion = api.responseHeaderVersion((short) version);
        ByteBuf frame = Unpooled.buffer();
        frame.writeInt(header.size(headerVersion) + response.size((short) version));
        header.write(frame, headerVersion);
        response.write(frame, (short) version);
        frame.readBytes(socket.getOutputStream(), frame.readableBytes());
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
