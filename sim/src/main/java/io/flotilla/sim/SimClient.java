package io.flotilla.sim;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A client's connections to brokers, on a machine of its own that does not fail. Requests are encoded, framed and answered as
 * any Kafka client's are, in the newest version of each API. All on one loop.
 */
final class SimClient {
    private static final int MAX_FRAME_BYTES = 64 << 20;
    private static final int BROKER_PORT = 9092;

    private final String name;
    private final SimProcess process;
    private final EventLoop loop;
    private final Network network;
    private final Map<Integer, Link> links = new TreeMap<>();

    SimClient(String name, String host, SimWorld world, SimNetwork network) {
        this.name = name;
        this.process = new SimProcess(name, world, 1);
        this.loop = process.loop(0);
        this.network = network.port(process, host);
    }

    String name() {
        return name;
    }

    SimProcess process() {
        return process;
    }

    SimWorld world() {
        return process.world();
    }

    /** Runs a task on the client's loop after a delay in milliseconds. */
    void after(long delayMs, Runnable task) {
        loop.schedule(task, delayMs);
    }

    /**
     * Asks a broker.
     *
     * @param answered called once: with the answer, or with null when none came in time or the connection broke, after which
     *     nobody can tell whether the broker acted. The answer's buffers are good during the call only
     */
    <R extends ApiMessage> void call(
            int broker, ApiMessage request, Class<R> type, long timeoutMs, Consumer<R> answered) {
        Call call = new Call(request, response -> answered.accept(type.cast(response)));
        call.timer = loop.schedule(() -> expire(broker, call), timeoutMs);
        links.computeIfAbsent(broker, Link::new).send(call);
    }

    /** Gives up the connection to a broker: the next call makes another. */
    void disconnect(int broker) {
        Link link = links.remove(broker);
        if (link != null) {
            link.close();
        }
    }

    private void expire(int broker, Call call) {
        if (!call.done) {
            // As clients do: what comes later on this connection cannot be told from a mix-up.
            disconnect(broker);
            call.finish(null);
        }
    }

    private static final class Call {
        final ApiMessage request;
        final Consumer<ApiMessage> answered;
        EventLoop.Timer timer;
        boolean done;

        Call(ApiMessage request, Consumer<ApiMessage> answered) {
            this.request = request;
            this.answered = answered;
        }

        void finish(ApiMessage response) {
            if (!done) {
                done = true;
                timer.cancel();
                answered.accept(response);
            }
        }
    }

    /** The connection to one broker, from the first call on it to its end. */
    private final class Link implements ConnectionHandler {
        private final int broker;
        private final Map<Integer, Call> waiting = new LinkedHashMap<>();
        private final List<Call> unsent = new ArrayList<>();
        private Connection connection;
        private int correlationId;
        private boolean closed;

        Link(int broker) {
            this.broker = broker;
            InetSocketAddress address = InetSocketAddress.createUnresolved(SimBroker.host(broker), BROKER_PORT);
            network.connect(address, MAX_FRAME_BYTES, loop, this);
        }

        void send(Call call) {
            if (connection == null) {
                unsent.add(call);
                return;
            }
            int id = correlationId++;
            waiting.put(id, call);
            short version = versionOf(call.request);
            connection.send(FrameEncoder.request(connection.allocator(), call.request, version, id, name));
        }

        void close() {
            closed = true;
            if (connection != null) {
                connection.close();
            }
            failAll();
        }

        @Override
        public void opened(Connection opened) {
            if (closed) {
                opened.close();
                return;
            }
            connection = opened;
            List<Call> calls = List.copyOf(unsent);
            unsent.clear();
            calls.forEach(this::send);
        }

        @Override
        public void frame(Connection from, ByteBuf frame) {
            Call call = waiting.remove(frame.getInt(frame.readerIndex()));
            if (call == null) {
                world().fail(name + ": broker " + broker + " answered what was not asked", null);
                return;
            }
            ApiKey api = ApiKey.of(call.request.apiKey()).orElseThrow();
            short version = versionOf(call.request);
            ResponseHeader.read(frame, api.responseHeaderVersion(version));
            call.finish(api.readResponse(frame, version));
            frame.release();
        }

        @Override
        public void closed(Connection was, Closed why) {
            closed = true;
            links.remove(broker, this);
            failAll();
        }

        private void failAll() {
            List<Call> failed = new ArrayList<>(waiting.values());
            failed.addAll(unsent);
            waiting.clear();
            unsent.clear();
            failed.forEach(call -> call.finish(null));
        }
    }

    private static short versionOf(ApiMessage request) {
        return ApiKey.of(request.apiKey()).orElseThrow().highestVersion();
    }
}
