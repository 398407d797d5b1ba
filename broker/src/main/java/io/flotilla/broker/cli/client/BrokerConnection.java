package io.flotilla.broker.cli.client;

import io.flotilla.broker.config.HostPort;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.ApiVersionsResponse;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.ResponseHeader;
import io.flotilla.wire.message.UnwritableMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.Map;

/**
 * One connection to one broker, one request at a time, each in the highest version that both sides know. For one thread.
 * After a {@link ClientException} that is a network error the connection is of no more use.
 */
final class BrokerConnection implements AutoCloseable {
    private static final String CLIENT_ID = "flotilla-cli";
    private static final int CONNECT_TIMEOUT_MS = 3_000;
    private static final int MAX_RESPONSE_BYTES = 256 << 20;

    private final HostPort address;
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<ApiKey, Short> versions = new EnumMap<>(ApiKey.class);
    private int correlationId;

    private BrokerConnection(HostPort address, Socket socket) throws IOException {
        this.address = address;
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Connects and learns which APIs the broker offers. */
    static BrokerConnection open(HostPort address, int timeoutMs) {
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(address.host(), address.port()), Math.min(timeoutMs, CONNECT_TIMEOUT_MS));
            socket.setTcpNoDelay(true);
            BrokerConnection connection = new BrokerConnection(address, socket);
            connection.negotiate(timeoutMs);
            return connection;
        } catch (IOException e) {
            closeQuietly(socket);
            throw ClientException.network("cannot connect to " + address + ": " + e.getMessage());
        } catch (RuntimeException e) {
            closeQuietly(socket);
            throw e;
        }
    }

    private void negotiate(int timeoutMs) {
        ApiVersionsRequest request = ApiVersionsRequest.builder()
                .clientSoftwareName(CLIENT_ID)
                .clientSoftwareVersion("1")
                .build();
        short version = ApiKey.API_VERSIONS.highestVersion();
        ByteBuf body = exchange(request, version, timeoutMs);
        // Every version begins with the error code, and a broker that knows only older ones answers in version 0
        // (KIP-511).
        if (body.getShort(body.readerIndex()) == ErrorCode.UNSUPPORTED_VERSION.code()) {
            version = 0;
            body = exchange(request, version, timeoutMs);
        }
        ApiVersionsResponse response = (ApiVersionsResponse) read(ApiKey.API_VERSIONS, body, version);
        ClientException.check(response.errorCode(), "asking " + address + " for its versions", null);
        for (ApiVersionsResponse.ApiVersion offered : response.apiKeys()) {
            ApiKey.of(offered.apiKey()).ifPresent(api -> {
                short highest = (short) Math.min(offered.maxVersion(), api.highestVersion());
                if (highest >= Math.max(offered.minVersion(), api.lowestVersion())) {
                    versions.put(api, highest);
                }
            });
        }
    }

    /** False once the connection was lost or closed. */
    boolean isOpen() {
        return !socket.isClosed();
    }

    /** Sends a request and waits for its answer, at most {@code timeoutMs}. */
    <R extends ApiMessage> R call(ApiMessage request, Class<R> responseType, int timeoutMs) {
        ApiKey api = apiOf(request);
        short version = versionOf(api);
        return responseType.cast(read(api, exchange(request, version, timeoutMs), version));
    }

    /** Sends a request that has no answer: a produce with acks=0. */
    void send(ApiMessage request) {
        write(request, versionOf(apiOf(request)));
    }

    private short versionOf(ApiKey api) {
        // Brokers do not announce what only Flotilla knows.
        Short version = api.isPrivate() ? Short.valueOf(api.highestVersion()) : versions.get(api);
        if (version == null) {
            throw ClientException.fatal(
                    address + " does not offer " + api.title() + " in a version that is known here");
        }
        return version;
    }

    private ByteBuf exchange(ApiMessage request, short version, int timeoutMs) {
        int sent = write(request, version);
        try {
            socket.setSoTimeout(timeoutMs);
            int length = in.readInt();
            if (length < 0 || length > MAX_RESPONSE_BYTES) {
                throw new IOException("a response of " + length + " bytes");
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            ByteBuf frame = Unpooled.wrappedBuffer(bytes);
            int received = ResponseHeader.read(frame, apiOf(request).responseHeaderVersion(version))
                    .correlationId();
            if (received != sent) {
                throw new IOException("response " + received + " to request " + sent);
            }
            return frame;
        } catch (SocketTimeoutException e) {
            throw lost("no answer in " + timeoutMs + " ms");
        } catch (IOException | MalformedMessageException e) {
            throw lost(e.getMessage() == null ? "the connection was closed" : e.getMessage());
        }
    }

    private int write(ApiMessage request, short version) {
        int id = correlationId++;
        ByteBuf frame;
        try {
            frame = Frames.encodeRequest(UnpooledByteBufAllocator.DEFAULT, request, version, id, CLIENT_ID);
        } catch (UnwritableMessageException e) {
            throw ClientException.fatal(address + " is too old: " + e.getMessage());
        }
        try {
            frame.readBytes(out, frame.readableBytes());
            return id;
        } catch (IOException e) {
            throw lost(e.getMessage());
        } finally {
            frame.release();
        }
    }

    private static ApiMessage read(ApiKey api, ByteBuf body, short version) {
        return api.readResponse(body, version);
    }

    private ClientException lost(String why) {
        close();
        return ClientException.network("talking to " + address + ": " + why);
    }

    private static ApiKey apiOf(ApiMessage request) {
        return ApiKey.of(request.apiKey()).orElseThrow();
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was left to lose.
        }
    }
}
