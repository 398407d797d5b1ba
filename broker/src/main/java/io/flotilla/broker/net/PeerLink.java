package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.PeerFrameRequest;
import io.flotilla.wire.message.PeerHelloRequest;
import io.flotilla.wire.message.PeerHelloResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dialing end of a link to one other broker: dials, greets, carries frames and calls, and dials again. Its state lives on
 * one loop; {@link #send}, {@link #call} and {@link #isUp} may be called from any thread.
 */
final class PeerLink implements ConnectionHandler {
    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
    private static final long GREETING_MS = PeerReception.SILENCE_MS / 3;
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 500;
    /** More bytes waiting than this would only arrive too late to be of use. */
    static final long MAX_PENDING_BYTES = 64L << 20;

    private final PeerIdentity identity;
    private final int nodeId;
    private final InetSocketAddress address;
    /** The other broker in log lines: its node id and address. */
    private final String name;

    private final Network network;
    private final EventLoop loop;
    private final RandomGenerator random;
    private final int maxFrameBytes;
    private final Peers.Listener listener;
    private final PeerCalls calls;

    /** The connection while the link is up, else null. */
    private volatile Connection up;

    /** The connection, greeted or not; null while there is none. */
    private Connection connection;

    private long incarnation;
    private long pauseMs = MIN_PAUSE_MS;
    private EventLoop.Timer timer;
    private boolean dialing;
    private boolean stopped;
    /** The link was up, broke, and the listener was not told of a refusal since. */
    private boolean broken;

    private String lastFailure = "";

    PeerLink(
            PeerIdentity identity,
            int nodeId,
            InetSocketAddress address,
            Environment environment,
            int maxFrameBytes,
            Peers.Listener listener) {
        this.identity = identity;
        this.nodeId = nodeId;
        this.address = address;
        this.name = "broker " + nodeId + " at " + address.getHostString() + ":" + address.getPort();
        this.network = environment.network();
        this.loop =
                environment.scheduler().loop(nodeId % environment.scheduler().loops());
        this.random = environment.random().newGenerator();
        this.maxFrameBytes = maxFrameBytes;
        this.listener = listener;
        this.calls = new PeerCalls(name, loop, environment.allocator());
    }

    /** A request frame to another broker; takes over the buffers in the request. */
    static ByteBuf encode(ByteBufAllocator allocator, ApiMessage request, short version, int correlationId) {
        return FrameEncoder.request(allocator, request, version, correlationId, null);
    }

    InetSocketAddress address() {
        return address;
    }

    boolean isUp() {
        return up != null;
    }

    /** Sends a frame and takes over the payload, or returns false and does not. */
    boolean send(ByteBuf payload) {
        Connection to = up;
        if (to == null || to.pendingBytes() > MAX_PENDING_BYTES) {
            return false;
        }
        to.send(encode(to.allocator(), new PeerFrameRequest(payload), (short) 0, 0));
        return true;
    }

    <R extends ApiMessage> CompletableFuture<R> call(ApiKey api, short version, ApiMessage request, long timeoutMs) {
        return calls.start(() -> up, api, version, request, timeoutMs);
    }

    void start() {
        loop.execute(this::dial);
    }

    void stop() {
        loop.execute(() -> {
            stopped = true;
            cancelTimer();
            // Told now: the end of the connection may come after a link to the broker's new address is up.
            down("no longer wanted");
            if (connection != null) {
                connection.close();
            }
        });
    }

    /** The other broker greeted this one: it is there, so there is no point in waiting to dial it. */
    void greeted(long incarnation) {
        loop.execute(() -> {
            if (up != null && this.incarnation != incarnation) {
                // What this link leads to is a process before that one.
                up.close();
            } else if (connection == null && !dialing) {
                cancelTimer();
                dial();
            }
        });
    }

    @Override
    public void opened(Connection opened) {
        dialing = false;
        connection = opened;
        if (stopped) {
            opened.close();
        } else {
            greet();
        }
    }

    @Override
    public void frame(Connection connection, ByteBuf frame) {
        try {
            calls.answered(frame);
        } catch (MalformedMessageException e) {
            log.warn("Closing the link to {}: a malformed response: {}", name, e.getMessage());
            connection.close();
        } finally {
            frame.release();
        }
    }

    @Override
    public void closed(Connection was, Closed why) {
        dialing = false;
        connection = null;
        cancelTimer();
        calls.failAll(why.detail());
        if (stopped) {
            return;
        }
        if (down(why.detail())) {
            dial();
            return;
        }
        if (broken && why.cause() == Closed.Cause.REFUSED) {
            broken = false;
            log.info("The process of {} is gone: nothing listens there", name);
            listener.disconnected(nodeId, true);
        } else if (why.cause() != Closed.Cause.LOCAL) {
            complain("No link to " + name + ": " + why.detail());
        }
        dialAfterPause();
    }

    /** The link is down if it was up, which is what this returns. */
    private boolean down(String reason) {
        boolean wasUp = up != null;
        if (wasUp) {
            up = null;
            broken = true;
            log.info("Link to {} is down: {}", name, reason);
            listener.disconnected(nodeId, false);
        }
        return wasUp;
    }

    private void dial() {
        if (!stopped) {
            timer = null;
            dialing = true;
            network.connect(address, maxFrameBytes, loop, this);
        }
    }

    private void dialAfterPause() {
        if (!stopped) {
            // Half of the pause is left to chance, so that brokers that lost each other do not meet in step again.
            timer = loop.schedule(this::dial, pauseMs / 2 + random.nextLong(pauseMs / 2 + 1));
            pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        }
    }

    private void greet() {
        Connection greeted = connection;
        PeerHelloRequest hello = PeerHelloRequest.builder()
                .clusterId(identity.clusterId().get())
                .nodeId(identity.nodeId())
                .incarnation(identity.incarnation())
                .calledId(nodeId)
                .build();
        calls.<PeerHelloResponse>start(() -> greeted, ApiKey.PEER_HELLO, (short) 0, hello, PeerReception.SILENCE_MS)
                .whenComplete((answer, failure) -> {
                    if (connection == greeted) {
                        greetingEnded(answer, failure);
                    }
                });
    }

    private void greetingEnded(PeerHelloResponse answer, Throwable failure) {
        if (failure != null) {
            complain("Closing the link to " + name + ": no answer to a greeting");
            connection.close();
        } else if (answer.errorCode() != ErrorCode.NONE.code()) {
            pauseMs = MAX_PAUSE_MS;
            complain("Refused by " + name + ": " + answer.errorMessage());
            listener.rejected(nodeId, answer.errorMessage());
            connection.close();
        } else {
            timer = loop.schedule(this::greet, GREETING_MS);
            if (up == null) {
                established(answer.incarnation());
            }
        }
    }

    private void established(long incarnation) {
        this.incarnation = incarnation;
        up = connection;
        broken = false;
        pauseMs = MIN_PAUSE_MS;
        lastFailure = "";
        log.info("Link to {} is up", name);
        listener.connected(nodeId, incarnation);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** Logs a failure once, however often it repeats. */
    private void complain(String failure) {
        if (!failure.equals(lastFailure)) {
            log.warn("{}", failure);
            lastFailure = failure;
        }
    }
}
