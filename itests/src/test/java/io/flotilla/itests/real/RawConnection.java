package io.flotilla.itests.real;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A bare socket to one broker, for what no client would send. Well-formed requests and responses go through Kafka's own message
 * classes.
 */
final class RawConnection implements AutoCloseable {
    private static final int READ_LIMIT_MS = 30_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;
    private int correlation;

    /** @param port of a broker on loopback */
    RawConnection(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_LIMIT_MS);
        socket.setSoTimeout(READ_LIMIT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** Sends a request as it should be and returns the answer to it. */
    <T extends AbstractResponse> T call(AbstractRequest request, Class<T> type) throws IOException {
        RequestHeader header = header(request);
        sendFrame(bytes(request, header));
        ByteBuffer answer = receiveFrame().orElseThrow(() -> new EOFException("the broker closed the connection"));
        return type.cast(AbstractResponse.parseResponse(answer, header));
    }

    /** The bytes of a request's frame, without its length. */
    byte[] bytes(AbstractRequest request) {
        return bytes(request, header(request));
    }

    private RequestHeader header(AbstractRequest request) {
        return new RequestHeader(request.apiKey(), request.version(), "raw", ++correlation);
    }

    private static byte[] bytes(AbstractRequest request, RequestHeader header) {
        ByteBuffer frame = request.serializeWithHeader(header);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** Sends a frame: the length, then these bytes. */
    void sendFrame(byte[] bytes) throws IOException {
        sendBytes(ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array());
    }

    /** Sends bytes as they are. */
    void sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Says that nothing more will be sent, and keeps listening. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** The next frame without its length, or nothing once the broker has closed the connection. */
    Optional<ByteBuffer> receiveFrame() throws IOException {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return Optional.of(ByteBuffer.wrap(frame));
        } catch (EOFException e) {
            return Optional.empty();
        } catch (SocketException e) {
            // A reset: the broker closed with bytes of ours unread.
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
