package io.flotilla.broker.net;

import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The links of one broker: a {@link PeerLink} out to each other broker, and the {@link PeerReception} for those that others
 * dialed. Uses the ports of {@code broker.env} only, so it runs on any network.
 */
public final class PeerLinks implements Peers {
    private final PeerIdentity identity;
    private final Environment environment;
    private final int maxFrameBytes;
    private final Metrics metrics;
    private final PeerReception reception;
    /** Where links are made and dropped. */
    private final EventLoop home;

    private volatile Listener listener;
    /** By node id; the map is never changed, only replaced, so senders need no lock. */
    private volatile SortedMap<Integer, PeerLink> links = Collections.emptySortedMap();

    private boolean closed;

    /** @param maxFrameBytes the largest response another broker may send */
    public PeerLinks(PeerIdentity identity, Environment environment, int maxFrameBytes, Metrics metrics) {
        this.identity = identity;
        this.environment = environment;
        this.maxFrameBytes = maxFrameBytes;
        this.metrics = metrics;
        this.reception = new PeerReception(identity, environment.clock(), this::greeted);
        this.home = environment.scheduler().loop(0);
        metrics.peersConnected.follow(
                () -> links.values().stream().filter(PeerLink::isUp).count());
    }

    /**
     * A handler for one accepted connection: another broker's if a greeting comes first, a client's otherwise.
     *
     * @param client makes the handler for a client's connection
     * @param peer makes the handler for those requests of another broker that are not for this class
     */
    public ConnectionHandler accept(Supplier<ConnectionHandler> client, Supplier<ConnectionHandler> peer) {
        return new AcceptedConnection(client, () -> new PeerCaller(reception, listener, metrics, peer.get()));
    }

    @Override
    public void listen(Listener listener) {
        this.listener = listener;
    }

    @Override
    public void setPeers(SortedMap<Integer, InetSocketAddress> addresses) {
        SortedMap<Integer, InetSocketAddress> wanted = new TreeMap<>(addresses);
        wanted.remove(identity.nodeId());
        home.execute(() -> change(wanted));
    }

    @Override
    public boolean isConnected(int nodeId) {
        PeerLink link = links.get(nodeId);
        return link != null && link.isUp();
    }

    @Override
    public boolean send(int nodeId, ByteBuf payload) {
        PeerLink link = links.get(nodeId);
        int bytes = payload.readableBytes();
        if (link != null && link.send(payload)) {
            metrics.peerBytesSent.add(bytes);
            return true;
        }
        payload.release();
        metrics.peerFramesDropped.increment();
        return false;
    }

    @Override
    public <R extends ApiMessage> CompletableFuture<R> call(
            int nodeId, ApiKey api, short version, ApiMessage request, long timeoutMs) {
        PeerLink link = links.get(nodeId);
        if (link != null) {
            return link.call(api, version, request, timeoutMs);
        }
        FrameEncoder.release(request, version);
        return CompletableFuture.failedFuture(new PeerException("broker " + nodeId + " is not known here", false));
    }

    @Override
    public void close() {
        home.execute(() -> {
            change(Collections.emptySortedMap());
            closed = true;
        });
        reception.close();
    }

    private void change(SortedMap<Integer, InetSocketAddress> wanted) {
        if (closed) {
            return;
        }
        SortedMap<Integer, PeerLink> before = links;
        SortedMap<Integer, PeerLink> after = new TreeMap<>();
        wanted.forEach((nodeId, address) -> {
            PeerLink link = before.get(nodeId);
            boolean keep = link != null && link.address().equals(address);
            after.put(
                    nodeId,
                    keep ? link : new PeerLink(identity, nodeId, address, environment, maxFrameBytes, listener));
        });
        links = after;
        before.forEach((nodeId, link) -> {
            if (after.get(nodeId) != link) {
                link.stop();
            }
        });
        after.forEach((nodeId, link) -> {
            if (before.get(nodeId) != link) {
                link.start();
            }
        });
    }

    private void greeted(int nodeId, long incarnation) {
        PeerLink link = links.get(nodeId);
        if (link != null) {
            link.greeted(incarnation);
        }
    }
}
