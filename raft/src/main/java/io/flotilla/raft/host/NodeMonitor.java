package io.flotilla.raft.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which brokers are alive. One heartbeat per pair of brokers and interval stands for all groups they share, so an idle group
 * costs nothing. Each heartbeat acknowledges the last one received, and a node is up only while it acknowledges ours: both
 * directions work. Links are watched too: a refused connection means the process is gone, and nothing is waited for.
 *
 * <p>Time is passed in, in milliseconds of a monotonic clock. Used on one loop only.
 */
public final class NodeMonitor {
    /** Hears of changes, on the monitor's loop. */
    public interface Listener {
        /** The node is up, for the first time or again; what it was told before may be lost. */
        void nodeUp(int node);

        /** The node does not answer, or its link broke. */
        void nodeDown(int node);
    }

    /** More heartbeats than these need not be remembered: by then the node has long been down. */
    private static final int MAX_UNACKNOWLEDGED = 64;

    /** How many times the timeout a node may be silent at most. */
    static final int MOST_PATIENCE = 8;

    /** After so long without a false alarm a node is given half of the time. */
    static final long CALM_MS = 60_000;

    private final long incarnation;
    private final long timeoutMs;
    private final PeerTransport transport;
    private final ByteBufAllocator allocator;
    private final Listener listener;
    private final Map<Integer, Node> nodes = new TreeMap<>();
    private long sequence;

    /**
     * @param incarnation differs each time this broker starts
     * @param timeoutMs a node that has acknowledged nothing sent within this time is down; more for one that was only slow
     */
    public NodeMonitor(
            long incarnation, long timeoutMs, PeerTransport transport, ByteBufAllocator allocator, Listener listener) {
        this.incarnation = incarnation;
        this.timeoutMs = timeoutMs;
        this.transport = transport;
        this.allocator = allocator;
        this.listener = listener;
    }

    /** A link to the node is open; it counts as up once it acknowledges a heartbeat. */
    public void linkUp(int node, long nowMs) {
        Node state = nodes.computeIfAbsent(node, n -> new Node());
        down(node, state);
        state.silent = false;
        state.linked = true;
        state.sent.clear();
        sendHeartbeat(node, state, nowMs);
    }

    /** The link stands, but frames for the node were dropped: it counts as down until it acknowledges again. */
    public void framesLost(int node) {
        Node state = nodes.get(node);
        if (state != null) {
            state.sent.clear();
            down(node, state);
        }
    }

    /** The link is gone. */
    public void linkDown(int node) {
        Node state = nodes.get(node);
        if (state != null) {
            state.linked = false;
            down(node, state);
        }
    }

    /**
     * This broker itself did nothing for a while, because it was halted or short of processors. Nobody is held to have been
     * silent in that time: what they sent may still wait to be read. So being up says nothing about the recent past by the
     * clock, and no lease may be built on it.
     */
    public void stalled(long durationMs) {
        for (Node state : nodes.values()) {
            state.lastAcknowledgedMs += durationMs;
            state.sent.forEach(heartbeat -> heartbeat[1] += durationMs);
        }
    }

    /** Sends the interval's heartbeats and looks who has fallen silent. Call once per heartbeat interval. */
    public void tick(long nowMs) {
        for (Map.Entry<Integer, Node> entry : List.copyOf(nodes.entrySet())) {
            Node state = entry.getValue();
            if (state.up && nowMs - state.lastAcknowledgedMs > timeoutMs * state.patience) {
                state.silent = true;
                down(entry.getKey(), state);
            }
            if (state.patience > 1 && nowMs - state.patienceChangedMs > CALM_MS) {
                state.give(state.patience / 2, nowMs);
            }
            if (state.linked) {
                sendHeartbeat(entry.getKey(), state, nowMs);
            }
        }
    }

    /** Takes a heartbeat frame; does not release it. */
    public void receive(int from, ByteBuf frame, long nowMs) {
        frame.skipBytes(1);
        Node state = nodes.computeIfAbsent(from, n -> new Node());
        long theirIncarnation = frame.readLong();
        long theirSequence = frame.readLong();
        if (theirIncarnation != state.theirIncarnation) {
            down(from, state);
        }
        boolean first = state.theirSequence < 0;
        state.theirIncarnation = theirIncarnation;
        state.theirSequence = theirSequence;
        if (frame.readLong() == incarnation) {
            acknowledged(from, state, frame.readLong(), nowMs);
        }
        if (first && state.linked) {
            sendHeartbeat(from, state, nowMs);
        }
    }

    /** True while the node is up. */
    public boolean isUp(int node) {
        Node state = nodes.get(node);
        return state != null && state.up;
    }

    /** For each node heard of, how long ago it last was known to have received something; -1 where it never was. */
    public SortedMap<Integer, Long> silences(long nowMs) {
        SortedMap<Integer, Long> silences = new TreeMap<>();
        nodes.forEach((node, state) -> silences.put(node, state.heard ? nowMs - state.lastAcknowledgedMs : -1));
        return silences;
    }

    private void acknowledged(int node, Node state, long acknowledged, long nowMs) {
        long sentMs = state.forgetUpTo(acknowledged);
        if (sentMs < 0 || !state.linked) {
            return;
        }
        boolean tooLate = nowMs - sentMs > timeoutMs * state.patience;
        if (state.silent) {
            state.silent = false;
            state.give(Math.min(MOST_PATIENCE, state.patience * 2), nowMs);
        }
        if (tooLate) {
            return;
        }
        state.lastAcknowledgedMs = Math.max(state.lastAcknowledgedMs, sentMs);
        state.heard = true;
        if (!state.up) {
            state.up = true;
            listener.nodeUp(node);
        }
    }

    private void down(int node, Node state) {
        if (state.up) {
            state.up = false;
            listener.nodeDown(node);
        }
    }

    private void sendHeartbeat(int node, Node state, long nowMs) {
        ByteBuf frame = allocator.buffer(1 + 4 * Long.BYTES);
        frame.writeByte(PeerFrame.HEARTBEAT);
        frame.writeLong(incarnation);
        frame.writeLong(++sequence);
        frame.writeLong(state.theirIncarnation);
        frame.writeLong(state.theirSequence);
        if (state.sent.size() == MAX_UNACKNOWLEDGED) {
            state.sent.remove(0);
        }
        state.sent.add(new long[] {sequence, nowMs});
        if (!transport.send(node, frame)) {
            framesLost(node);
        }
    }

    /** What is known of one node. */
    private static final class Node {
        boolean linked;
        boolean up;
        boolean heard;
        long theirIncarnation;
        long theirSequence = -1;
        long lastAcknowledgedMs;
        /** It fell silent, and its link has not broken since. */
        boolean silent;
        /** How many times the timeout it may be silent. */
        int patience = 1;

        long patienceChangedMs;

        /** Heartbeats not yet acknowledged, oldest first: sequence and time sent. */
        final List<long[]> sent = new ArrayList<>();

        void give(int newPatience, long nowMs) {
            patience = newPatience;
            patienceChangedMs = nowMs;
        }

        /** Forgets the heartbeats up to this sequence and returns when that one was sent, or -1 if it is not known. */
        long forgetUpTo(long acknowledged) {
            long sentMs = -1;
            int known = 0;
            while (known < sent.size() && sent.get(known)[0] <= acknowledged) {
                sentMs = sent.get(known)[1];
                known++;
            }
            sent.subList(0, known).clear();
            return sentMs;
        }
    }
}
