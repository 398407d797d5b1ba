package io.flotilla.raft.host;

import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.message.MalformedMessageException;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.RaftMessageCodec;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The groups of one shard. Idle groups cost nothing: only groups whose core asks for ticks are ticked, and the life of
 * brokers is watched once for all groups ({@link NodeMonitor}).
 *
 * <p>A peer's replica of a group counts as up while its broker is up and has said that the group is open there. Each side
 * says so to the members when it opens a group, to new members when it learns of them, and whenever a member's broker comes up;
 * an answer goes back, so that both know whichever was first. What others said of a group that is not open yet is remembered:
 * a new replica need not know who its members are. Used on the shard's loop only.
 */
public final class GroupHost {
    private static final byte OPEN = 1;
    private static final byte OPEN_TOO = 2;
    private static final byte CLOSED = 3;

    /** Groups named in one frame: bounds a frame to about 80 KB. */
    private static final int GROUPS_PER_FRAME = 4096;

    /** More groups open elsewhere than these are not remembered. */
    private static final int MAX_OPEN_ELSEWHERE = 200_000;

    /** Groups ticked in one turn, so that an election storm is spread out; internal groups are taken first. */
    private static final int TICKS_PER_TURN = 500;

    private final int nodeId;
    private final Outbox outbox;
    private final Executor loop;
    private final ByteBufAllocator allocator;
    private final LongSupplier nanoTime;
    private final Map<GroupId, RaftGroup> groups = new LinkedHashMap<>();
    private final Set<RaftGroup> ticking = new LinkedHashSet<>();
    private final Set<RaftGroup> owingNotices = new LinkedHashSet<>();
    private final ElectionSlots elections = new ElectionSlots();

    /** Where groups are open that are not open here: whom to tell if they will be. (Groups of other shards are among them.) */
    private final Map<GroupId, NodeSet> openElsewhere = new HashMap<>();

    private final Set<Integer> nodesUp = new TreeSet<>();
    private final LearnerThrottle learnerThrottle = new LearnerThrottle(() -> this.onBusy.run());
    private Runnable onBusy = () -> {};
    private boolean noticesScheduled;

    /** @param nanoTime a monotonic clock, for leases */
    public GroupHost(int nodeId, Outbox outbox, Executor loop, ByteBufAllocator allocator, LongSupplier nanoTime) {
        this.nodeId = nodeId;
        this.outbox = outbox;
        this.loop = loop;
        this.allocator = allocator;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes a group in; it does nothing until {@link RaftGroup#start}.
     *
     * @param options how the group is treated among others
     */
    public RaftGroup open(
            GroupId id, RaftCore core, GroupStorage storage, GroupListener listener, RaftGroup.Options options) {
        RaftGroup group = new RaftGroup(id, core, storage, listener, outbox, this, options);
        if (groups.putIfAbsent(id, group) != null) {
            throw new IllegalStateException("group " + id + " is open already");
        }
        return group;
    }

    /** Takes a group out: it stops at once, and its peers are told. */
    public void close(GroupId id) {
        RaftGroup group = groups.get(id);
        if (group != null) {
            group.close();
            remove(group);
        }
    }

    /** The open group, or null. */
    public RaftGroup group(GroupId id) {
        return groups.get(id);
    }

    /** All open groups. */
    public Collection<RaftGroup> groups() {
        return Collections.unmodifiableCollection(groups.values());
    }

    /**
     * A broker is up, for the first time or again: says which groups are open here. All of them, since a replica that is new,
     * or was away for long, does not know whether the other is a member.
     */
    public void nodeUp(int node) {
        nodesUp.add(node);
        sendGroups(node, OPEN, List.copyOf(groups.keySet()));
    }

    /**
     * A broker is down: none of its replicas can be reached. Which they are is kept in mind: if it saw this broker as up all
     * the while, it has no reason to say so again.
     */
    public void nodeDown(int node) {
        if (nodesUp.remove(node)) {
            for (RaftGroup group : List.copyOf(groups.values())) {
                group.peerDown(node);
            }
        }
    }

    /** Lets one tick pass for the groups that need it, and for which it is time. */
    public void tick() {
        elections.tick();
        learnerThrottle.tick();
        int budget = TICKS_PER_TURN;
        for (boolean internal : new boolean[] {true, false}) {
            for (RaftGroup group : List.copyOf(ticking)) {
                if (budget == 0) {
                    return;
                }
                boolean isItsTurn = elections.isFree() || !group.waitsForLeader();
                if (group.options().internal() == internal && isItsTurn) {
                    budget--;
                    ticking.remove(group);
                    group.tick();
                }
            }
        }
    }

    /** Whether ticks would do nothing: then they may be left out until {@link #onBusy} is told. */
    public boolean isIdle() {
        return ticking.isEmpty() && !learnerThrottle.isHoldingBack();
    }

    /** What to do when ticks begin to matter, on the loop; it may be told so more than once. */
    public void onBusy(Runnable action) {
        onBusy = action;
    }

    /** Tells followers of commits they have not heard of by another message. */
    public void sendCommitNotices() {
        noticesScheduled = false;
        owingNotices.forEach(RaftGroup::sendCommitNotices);
        owingNotices.clear();
    }

    /** Takes one message for one group; does not release the payload. Messages for groups not open here are ignored. */
    public void receive(int from, GroupId id, RaftMessage message, ByteBuf payload) {
        RaftGroup group = groups.get(id);
        if (group != null && nodesUp.contains(from)) {
            group.receive(from, message, payload);
        }
    }

    /**
     * Takes a frame of kind {@link PeerFrame#GROUPS}; does not release it. What is open elsewhere and not here counts even before
     * its sender is known to be up: it does not say so again, and a replica that opens here may not know its members.
     */
    public void receiveGroups(int from, ByteBuf frame) {
        frame.skipBytes(1);
        byte kind = frame.readByte();
        boolean isUp = nodesUp.contains(from);
        List<GroupId> answers = new ArrayList<>();
        while (frame.isReadable()) {
            GroupId id = GroupId.read(frame);
            RaftGroup group = groups.get(id);
            if (group == null) {
                isElsewhere(from, id, kind != CLOSED);
                continue;
            }
            if (!isUp) {
                continue; // Asked again when it is up.
            }
            if (kind == CLOSED) {
                group.peerDown(from);
                continue;
            }
            if (kind == OPEN) {
                answers.add(group.id());
                group.peerMissed(from);
            }
            group.peerUp(from);
        }
        sendGroups(from, OPEN_TOO, answers);
    }

    /**
     * Calls back for each message in a frame of kind {@link PeerFrame#MESSAGES}; payloads are slices of the frame.
     *
     * @throws MalformedMessageException when the rest of the frame makes no sense
     */
    public static void forEachMessage(ByteBuf frame, MessageConsumer consumer) {
        frame.skipBytes(1);
        while (frame.isReadable()) {
            if (frame.readableBytes() < GroupId.BYTES + Integer.BYTES) {
                throw new MalformedMessageException(frame.readableBytes() + " bytes after the last message");
            }
            GroupId id = GroupId.read(frame);
            RaftMessage message = RaftMessageCodec.read(readPart(frame));
            consumer.accept(id, message, readPart(frame));
        }
    }

    private void isElsewhere(int node, GroupId id, boolean open) {
        NodeSet known = openElsewhere.getOrDefault(id, NodeSet.EMPTY);
        if (!open && known.without(node).isEmpty()) {
            openElsewhere.remove(id);
        } else if (!open || !known.isEmpty() || openElsewhere.size() < MAX_OPEN_ELSEWHERE) {
            openElsewhere.put(id, open ? known.with(node) : known.without(node));
        }
    }

    private static ByteBuf readPart(ByteBuf frame) {
        int length = frame.readableBytes() < Integer.BYTES ? -1 : frame.readInt();
        if (length < 0 || length > frame.readableBytes()) {
            throw new MalformedMessageException("length " + length + ", " + frame.readableBytes() + " bytes left");
        }
        return frame.readSlice(length);
    }

    /** Takes one decoded message. */
    public interface MessageConsumer {
        void accept(GroupId id, RaftMessage message, ByteBuf payload);
    }

    int nodeId() {
        return nodeId;
    }

    /** What holds back the copying of logs to new replicas. */
    public LearnerThrottle learnerThrottle() {
        return learnerThrottle;
    }

    boolean isUp(int node) {
        return nodesUp.contains(node);
    }

    void needsTicks(RaftGroup group) {
        boolean wasIdle = ticking.isEmpty();
        ticking.add(group);
        if (wasIdle) {
            onBusy.run();
        }
    }

    void owesNotices(RaftGroup group, boolean promptly) {
        owingNotices.add(group);
        if (promptly && !noticesScheduled) {
            noticesScheduled = true;
            loop.execute(this::sendCommitNotices);
        }
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** A group begins to stand for election, or ends it. */
    void stands(RaftGroup group, boolean does) {
        if (does) {
            elections.begin(group);
        } else {
            elections.end(group);
        }
    }

    /** A group is taken in: brokers that have it open already hear that it is open here too. */
    void started(RaftGroup group) {
        NodeSet known = openElsewhere.remove(group.id());
        if (known != null) {
            announce(group, OPEN, known.minus(group.core().configuration().members()));
        }
    }

    /** Says to these nodes that the group is open here, as far as they are up. The others hear when they are. */
    void announceOpen(RaftGroup group, NodeSet nodes) {
        announce(group, OPEN, nodes);
    }

    void remove(RaftGroup group) {
        if (groups.remove(group.id(), group)) {
            ticking.remove(group);
            owingNotices.remove(group);
            elections.end(group);
            NodeSet peers = group.core().peersUp();
            peers.forEach(node -> isElsewhere(node, group.id(), true));
            announce(group, CLOSED, peers.union(group.core().configuration().members()));
        }
    }

    private void announce(RaftGroup group, byte kind, NodeSet nodes) {
        nodes.forEach(node -> {
            if (nodesUp.contains(node)) {
                sendGroups(node, kind, List.of(group.id()));
            }
        });
    }

    private void sendGroups(int node, byte kind, List<GroupId> ids) {
        for (int start = 0; start < ids.size(); start += GROUPS_PER_FRAME) {
            List<GroupId> part = ids.subList(start, Math.min(ids.size(), start + GROUPS_PER_FRAME));
            ByteBuf frame = allocator.buffer(2 + part.size() * GroupId.BYTES);
            frame.writeByte(PeerFrame.GROUPS).writeByte(kind);
            part.forEach(id -> id.write(frame));
            outbox.sendFrame(node, frame);
        }
    }
}
