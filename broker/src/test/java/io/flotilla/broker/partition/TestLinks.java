package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.net.Peers;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ReadCommittedResponse;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The links between the brokers of a test: frames arrive in a later turn of the loop, in order, unless a broker is cut off. */
final class TestLinks {
    private final EventLoop loop;
    private final Map<Integer, End> ends = new TreeMap<>();
    private final Map<Integer, Function<ApiMessage, CompletableFuture<? extends ApiMessage>>> servers = new TreeMap<>();
    private final Set<Integer> cut = new TreeSet<>();

    TestLinks(EventLoop loop) {
        this.loop = loop;
    }

    /** The links of a broker that starts; those of its process before are void. */
    Peers join(int id, long incarnation) {
        leave(id);
        End end = new End(id, incarnation);
        ends.put(id, end);
        return end;
    }

    /** Tells a broker that has begun to listen, and the others, that their links are up. */
    void connect(int id) {
        cut.remove(id);
        End end = ends.get(id);
        for (End other : List.copyOf(ends.values())) {
            if (other != end && other.listener != null && !cut.contains(other.id)) {
                other.listener.connected(id, end.incarnation);
                end.listener.connected(other.id, other.incarnation);
            }
        }
    }

    /** Who gives a broker's peers what they lost. */
    void serve(int id, Function<ApiMessage, CompletableFuture<? extends ApiMessage>> server) {
        servers.put(id, server);
    }

    private void ask(int id, ApiMessage request, CompletableFuture<ApiMessage> answer) {
        if (!ends.containsKey(id) || cut.contains(id)) {
            answer.completeExceptionally(new IllegalStateException("broker " + id + " cannot be reached"));
            return;
        }
        servers.get(id).apply(request).thenAccept(response -> {
            answer.complete(response);
            if (response instanceof ReadCommittedResponse read && read.records() != null) {
                read.records().release();
            }
        });
    }

    /** Breaks a broker's links; both sides notice. */
    void cutOff(int id) {
        if (cut.add(id)) {
            for (End other : ends.values()) {
                if (other.id != id) {
                    other.listener.disconnected(id, false);
                    ends.get(id).listener.disconnected(other.id, false);
                }
            }
        }
    }

    /** A broker's process has ended. */
    void leave(int id) {
        if (ends.containsKey(id)) {
            cutOff(id);
            ends.remove(id);
            cut.remove(id);
        }
    }

    private boolean isUp(End from, int to) {
        return ends.get(from.id) == from && ends.containsKey(to) && !cut.contains(from.id) && !cut.contains(to);
    }

    private final class End implements Peers {
        final int id;
        final long incarnation;
        Listener listener;

        End(int id, long incarnation) {
            this.id = id;
            this.incarnation = incarnation;
        }

        @Override
        public void listen(Listener toListener) {
            listener = toListener;
        }

        @Override
        public boolean isConnected(int nodeId) {
            return isUp(this, nodeId);
        }

        @Override
        public boolean send(int nodeId, ByteBuf payload) {
            if (!isUp(this, nodeId)) {
                payload.release();
                return false;
            }
            End receiver = ends.get(nodeId);
            loop.execute(() -> {
                if (ends.get(nodeId) == receiver && isUp(this, nodeId)) {
                    receiver.listener.frame(id, incarnation, payload);
                } else {
                    payload.release();
                }
            });
            return true;
        }

        @Override
        public void setPeers(SortedMap<Integer, InetSocketAddress> addresses) {
            throw new UnsupportedOperationException("everybody is everybody's peer");
        }

        @Override
        public <R extends ApiMessage> CompletableFuture<R> call(
                int nodeId, ApiKey api, short version, ApiMessage request, long timeoutMs) {
            CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
            loop.execute(() -> ask(nodeId, request, answer));
            @SuppressWarnings("unchecked") // as the api says
            CompletableFuture<R> typed = (CompletableFuture<R>) answer;
            return typed;
        }

        @Override
        public void close() {
            leave(id);
        }
    }
}
