package io.flotilla.raft.host;

import io.flotilla.raft.core.ChangeResult;
import io.flotilla.raft.core.Envelope;
import io.flotilla.raft.core.HardState;
import io.flotilla.raft.core.LogMark;
import io.flotilla.raft.core.PeerStatus;
import io.flotilla.raft.core.ProposeResult;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.Ready;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.core.SoftState;
import io.flotilla.raft.core.TransferResult;
import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;
import java.util.function.IntPredicate;

/**
 * One group at work: passes inputs to its core and carries out each {@link Ready} in the order it demands. Used on its
 * shard's loop only. An exception from the core or from storage is a broken invariant: it stops this group and no other.
 */
public final class RaftGroup {
    /**
     * How a group is treated among others.
     *
     * @param internal ticked, and so elected, before other groups
     * @param promptCommits followers hear of a commit in the same turn of the loop; otherwise with the next entries or
     *     heartbeat, which saves messages
     * @param first what this replica does about the group's first leader
     */
    public record Options(boolean internal, boolean promptCommits, FirstElection first) {}

    /** How a replica of a fresh group goes about the first election. */
    public enum FirstElection {
        /** Stands as soon as a majority can be reached. */
        STAND,
        /** Leaves it to the one that stands, for a while. */
        HOLD_BACK,
        /** As in any other election. */
        AS_ALWAYS
    }

    private final GroupId id;
    private final RaftCore core;
    private final GroupStorage storage;
    private final GroupListener listener;
    private final Outbox outbox;
    private final GroupHost host;
    private final Options options;

    private final EntryBytes entries;
    private final FollowerFeed feed;
    private final SnapshotFeed snapshots;
    private final SnapshotIntake intake;
    private final Succession succession;

    private final PendingReads reads = new PendingReads();
    private NodeSet announcedTo = NodeSet.EMPTY;

    /** The payload of the message being stepped, which may be a part of a snapshot; else null. */
    private ByteBuf receivedPayload;

    private LogMark lastMark;
    private Role role = Role.FOLLOWER;
    private boolean working;
    private boolean closed;

    RaftGroup(
            GroupId id,
            RaftCore core,
            GroupStorage storage,
            GroupListener listener,
            Outbox outbox,
            GroupHost host,
            Options options) {
        this.id = id;
        this.core = core;
        this.storage = storage;
        this.listener = listener;
        this.outbox = outbox;
        this.host = host;
        this.options = options;
        this.entries = new EntryBytes(storage);
        this.feed = new FollowerFeed(this, storage, outbox, host.nodeId(), host.learnerThrottle());
        this.snapshots = new SnapshotFeed(this, storage, outbox);
        this.intake = new SnapshotIntake(this, storage, listener, new IncomingSnapshot(host.allocator()));
        this.succession = new Succession(core, host, id, options.first());
    }

    public GroupId id() {
        return id;
    }

    /** The consensus state, to look at only. */
    public RaftCore core() {
        return core;
    }

    public boolean isClosed() {
        return closed;
    }

    Options options() {
        return options;
    }

    /**
     * Proposes one entry; ownership of the bytes passes, whatever the answer.
     *
     * @param indexCount log indexes the entry spans: its records, or one
     */
    public ProposeResult propose(EntryKind kind, int indexCount, ByteBuf bytes) {
        if (closed) {
            bytes.release();
            return new ProposeResult.NotLeader(RaftCore.NO_NODE);
        }
        ProposeResult result = core.propose(kind, indexCount, bytes.readableBytes());
        if (result instanceof ProposeResult.Accepted) {
            entries.propose(bytes);
            input(() -> {});
        } else {
            bytes.release();
        }
        return result;
    }

    /**
     * Proposes the next configuration of the group; see {@link RaftCore#proposeConfiguration}. What comes of it is told by
     * {@link GroupListener#membersChanged}.
     */
    public ChangeResult proposeConfiguration(Configuration next) {
        if (closed) {
            return new ChangeResult.NotLeader(RaftCore.NO_NODE);
        }
        ChangeResult result = core.proposeConfiguration(next);
        input(() -> {});
        return result;
    }

    /** Makes this replica the only voter, unsafely; see {@link RaftCore#forceSoleVoter}. Returns why not, or null. */
    public String forceSoleVoter() {
        if (closed) {
            return "this replica has stopped";
        }
        String obstacle = core.forceSoleVoter();
        input(() -> {});
        return obstacle;
    }

    /**
     * Asks up to which index a linearizable read must see the log; works on any replica that knows its leader. Many reads share
     * one round of messages. The callback is called exactly once, perhaps before this returns, and within two election
     * timeouts.
     */
    public void readIndex(ReadIndexCallback callback) {
        if (closed) {
            callback.failed();
            return;
        }
        long readId = reads.add(callback);
        input(() -> core.readIndex(readId));
    }

    /** The log is durable up to this index; must not be called for what has been truncated since. */
    public void appended(long index) {
        if (lastMark != null) {
            input(() -> core.appended(new LogMark(Math.min(index, lastMark.index()), lastMark.generation())));
        }
    }

    /** The log now begins with the entry at this index. */
    public void compacted(long firstIndex) {
        input(() -> core.compacted(firstIndex));
    }

    /** Starts an election now, if this replica may. */
    public void campaign() {
        input(core::campaign);
    }

    /**
     * Hands leadership to this node.
     *
     * @return what became of it at once; success shows as a change of role
     */
    public TransferResult transferLeadership(int target) {
        TransferResult result = core.transferLeadership(target);
        input(() -> {});
        return result;
    }

    /**
     * Hands leadership to the most caught-up voter that can be reached. What was proposed before may still be committed.
     *
     * @return false when this replica does not lead, or nobody can take over
     */
    public boolean handOver() {
        return handOver(node -> true);
    }

    /** Hands leadership over as {@link #handOver()} does, to one of the nodes that are allowed. */
    public boolean handOver(IntPredicate allowed) {
        PeerStatus best = null;
        for (PeerStatus peer : core.status().peers()) {
            boolean candidate = peer.up() && peer.voter() && core.isCaughtUp(peer.node()) && allowed.test(peer.node());
            if (candidate && (best == null || peer.matchIndex() > best.matchIndex())) {
                best = peer;
            }
        }
        return best != null && transferLeadership(best.node()) == TransferResult.STARTED;
    }

    /** Stops the group because of a broken invariant or a failed disk, and says so once. */
    public void fail(Throwable cause) {
        if (!closed) {
            close();
            host.remove(this);
            listener.failed(cause);
        }
    }

    void tick() {
        if (succession.holdsBack()) {
            host.needsTicks(this);
        } else if (succession.takeTurn()) {
            campaign();
        } else {
            input(core::tick);
        }
    }

    void peerUp(int node) {
        input(() -> {
            core.nodeUp(node);
            if (succession.standsFirst()) {
                core.campaign();
            }
        });
    }

    /** A peer sees this broker again. While it took it for down, also by mistake, it took nothing from it. */
    void peerMissed(int node) {
        input(() -> core.sendFailed(node));
    }

    void peerDown(int node) {
        succession.peerDown(node);
        input(() -> core.nodeDown(node));
    }

    /** Takes a message; the payload stays the caller's. */
    void receive(int from, RaftMessage message, ByteBuf payload) {
        try {
            RaftMessage step = message instanceof AppendRequest append ? entries.open(append, payload) : message;
            receivedPayload = payload;
            input(() -> core.step(from, step));
        } catch (IllegalArgumentException e) {
            // The fault is the sender's or the wire's, not this replica's. The leader sends again what got no answer.
            listener.refused(from, e.getMessage());
        } finally {
            receivedPayload = null;
            entries.close();
        }
    }

    /** Tells up-to-date followers how far entries are committed, where nothing else has told them. */
    void sendCommitNotices() {
        if (!closed && role == Role.LEADER) {
            feed.sendCommitNotices();
        }
    }

    void close() {
        closed = true;
        entries.dropProposed();
        snapshots.stop();
        intake.drop();
        reads.failAll();
    }

    /** Takes part from now on. */
    public void start() {
        announce();
        host.started(this);
        input(() -> {
            if (succession.standsFirst()) {
                core.campaign();
            }
        });
    }

    /** Has the core take an input, and carries out what comes of it. */
    void input(Runnable action) {
        if (closed) {
            return;
        }
        try {
            if (core.needsTime()) {
                core.time(host.nanoTime());
            }
            action.run();
            work();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Carries out what the core asks until it asks nothing more. Inputs made meanwhile are picked up by the same loop. */
    private void work() {
        if (working || closed) {
            return;
        }
        working = true;
        try {
            while (!closed && core.hasReady()) {
                carryOut(core.ready());
            }
        } finally {
            working = false;
        }
        if (!closed && core.needsTicks()) {
            host.needsTicks(this);
        }
    }

    private void carryOut(Ready ready) {
        for (Envelope envelope : ready.messages()) {
            outbox.add(envelope.to(), id, envelope.message(), null);
        }
        HardState state = ready.hardState();
        if (state != null) {
            storage.persist(state, () -> input(() -> core.hardStatePersisted(state)));
        }
        if (ready.mark() != null) {
            lastMark = ready.mark();
        }
        if (ready.truncateFrom() > 0) {
            storage.truncateFrom(ready.truncateFrom());
        }
        entries.append(ready.entries());
        if (ready.part() != null) {
            intake.take(ready.part(), receivedPayload);
        }
        if (ready.install() != null) {
            intake.install(ready.install());
        }
        if (ready.softState() != null) {
            changeRole(ready.softState());
        }
        if (ready.commitIndex() > 0) {
            committed(ready.commitIndex());
        }
        if (ready.members() != null) {
            announce();
            listener.membersChanged(ready.members());
        }
        reads.end(ready.reads());
        ready.replications().forEach(feed::replicate);
        ready.snapshots().forEach(snapshots::send);
    }

    /** Tells members that have not been told yet that this group is open here. */
    private void announce() {
        NodeSet members = core.configuration().members().without(host.nodeId());
        host.announceOpen(this, members.minus(announcedTo));
        announcedTo = members;
    }

    private void changeRole(SoftState state) {
        if (role == Role.LEADER && state.role() != Role.LEADER) {
            entries.dropProposed();
        }
        boolean stands = isCandidate(state.role());
        if (stands || isCandidate(role)) {
            host.stands(this, stands);
        }
        role = state.role();
        feed.restart();
        snapshots.stop();
        listener.roleChanged(state.role(), state.leaderId(), state.term());
    }

    private static boolean isCandidate(Role role) {
        return role == Role.CANDIDATE || role == Role.PRE_CANDIDATE;
    }

    /** True if this replica has no leader and does not stand for election yet. */
    boolean waitsForLeader() {
        return role == Role.FOLLOWER && core.leaderId() == RaftCore.NO_NODE;
    }

    private void committed(long commitIndex) {
        intake.reached(commitIndex);
        listener.committed(commitIndex);
        if (role == Role.LEADER) {
            host.owesNotices(this, options.promptCommits());
        }
    }
}
