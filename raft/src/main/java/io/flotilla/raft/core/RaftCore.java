package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.random.RandomGenerator;

/**
 * One replica of one Raft group, as a deterministic state machine. Inputs are the public methods; outputs are collected
 * and drained with {@link #ready()}. One thread owns it; nothing blocks.
 *
 * <p>After any input, while {@link #hasReady()}, the host drains and carries out {@link #ready()} (see {@link Ready} for
 * what must happen before what). After an {@link InvariantViolation} the core must not be used any more.
 *
 * <p>Liveness is the host's: it exchanges heartbeats per pair of brokers, not per group, and tells the core with
 * {@link #nodeUp} and {@link #nodeDown}. "Up" must mean that a round trip worked lately, and a restarted node (or a
 * replica stopped on a living node) must be told as down, then up. Everybody is down until told.
 */
public final class RaftCore {
    /** The id that stands for no node. */
    public static final int NO_NODE = -1;

    private final Replica replica;
    private final RaftLog log;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private final Replication replication;
    private final Roles roles;
    private final Reads reads;
    private final Lease lease;
    private final Inbox inbox;
    private boolean isTimeKnown;
    private final Output output;
    private long noticedCommitIndex;

    /** A replica that continues from what recovery found. {@code random} spreads election timeouts. */
    public RaftCore(RaftOptions options, DurableState found, RandomGenerator random) {
        this(options, found, random, SafetyRules.RAFT);
    }

    /** A replica that keeps to other rules than {@link SafetyRules#RAFT}, which only tests of the checkers can make. */
    public RaftCore(RaftOptions options, DurableState found, RandomGenerator random, SafetyRules rules) {
        replica = new Replica(options, found, rules);
        log = replica.log;
        lease = new Lease(replica);
        reads = new Reads(replica, lease, random.nextLong() >>> 2);
        election = new Election(replica, lease, random);
        following = new Following(replica);
        leading = new Leading(replica, lease);
        replication = leading.replication();
        roles = new Roles(replica, election, following, leading, reads, lease);
        inbox = new Inbox(replica, roles, election, following, leading, reads, lease);
        output = new Output(replica, replication, reads, found.hardState());
    }

    // ---- time and liveness

    /** True if {@link #tick()} matters now: something is awaited that may never come. An idle group needs no ticks. */
    public boolean needsTicks() {
        return reads.isPending() || (replica.isLeader() ? leading.needsTicks() : election.isTimerRunning());
    }

    /** True if {@link #time} has to be told. */
    public boolean needsTime() {
        return replica.options.leaseNanos() > 0;
    }

    /**
     * What time it is, in nanoseconds of a monotonic clock; to be told before every other input where there are leases
     * ({@link RaftOptions#leaseNanos}), else never. Only differences count.
     */
    public void time(long nanos) {
        replica.setNow(nanos);
        if (!isTimeKnown) {
            isTimeKnown = true;
            if (replica.term() > 0) {
                lease.promiseAgain();
            }
        }
    }

    /** One unit of the host's time has passed. Ticks at other times than {@link #needsTicks()} do no harm. */
    public void tick() {
        roles.tick();
    }

    /** The node of a peer can be reached again. Nothing happens if it was up; a restart must be told as down first. */
    public void nodeUp(int node) {
        replica.nodeUp(node);
        replication.nodeUp(node);
    }

    /**
     * The node of a peer cannot be reached, or does not run this group. A leader there is forgotten: if it still leads when
     * the node is back, it says so, and if it restarted in between, it does not.
     */
    public void nodeDown(int node) {
        replica.nodeDown(node);
        replication.nodeDown(node);
        if (node == replica.leaderId()) {
            roles.becomeFollower(replica.term(), NO_NODE);
        }
    }

    // ---- elections and leadership

    /** Stands for election now, if this replica is a voter and knows of no leader that lives. Pre-vote comes first. */
    public void campaign() {
        roles.campaign();
    }

    /**
     * Hands the lead to {@code target} once it has the whole log (thesis 3.10). Until then, and for an election timeout at
     * most, proposals are refused.
     */
    public TransferResult transferLeadership(int target) {
        return replica.isLeader() ? leading.startTransfer(target) : TransferResult.NOT_LEADER;
    }

    /**
     * Stops leading while the node lives on, as before this group is stopped here. The voter that has most of the log is
     * told to campaign at once, the others that the leader is gone. Nothing happens if this replica does not lead.
     */
    public void resign() {
        if (replica.isLeader()) {
            roles.stopLeading(replication.mostCaughtUpVoter());
        }
    }

    // ---- members

    /**
     * Proposes the next configuration, as {@link io.flotilla.raft.quorum.ConfigurationPlan} makes them. It is in force at once.
     * Refused unless this leader has committed in its term, the configuration in force is committed (leaving a joint one
     * backwards aside), no transfer is under way, it is one step, and whoever is to vote newly has caught up. A leader
     * without a vote in a committed configuration hands over and steps down (thesis 4.2.2).
     */
    public ChangeResult proposeConfiguration(Configuration next) {
        return replica.isLeader() ? leading.change(next) : new ChangeResult.NotLeader(replica.leaderId());
    }

    /**
     * Makes this replica the only voter of its group, whatever the other members hold or have promised. <b>Unsafe</b>: what they
     * acknowledged and this replica lacks is lost, and they must never come back with what they had. For people to decide, when
     * a majority is lost for good; nothing in Flotilla does it by itself. The replica starts a new term, far ahead of its own,
     * in which it opens with a configuration entry that names itself alone; with that everything in its log gets committed.
     *
     * @return why not, for people, or null when it has begun; success shows as a change of role
     */
    public String forceSoleVoter() {
        if (replica.hasLiveLeader()) {
            return replica.isLeader() ? "this replica leads" : "node " + replica.leaderId() + " leads, and lives";
        }
        if (!replica.configuration().members().contains(replica.id())) {
            return "this replica is not a member of its group";
        }
        roles.force();
        return null;
    }

    /** The followers of this leader that lost what they had promised (see {@link DurableState#forgetful}). */
    public NodeSet forgetfulPeers() {
        return replication.forgetful();
    }

    /** True if this replica lost what it had promised and has not been readmitted. */
    public boolean isForgetful() {
        return replica.isForgetful();
    }

    /** True if {@code node} follows this leader so closely that it may vote, or take over. */
    public boolean isCaughtUp(int node) {
        return replication.isCaughtUp(node);
    }

    // ---- reads

    /**
     * Asks up to which index a linearizable read must see the log (thesis 6.4). The answer comes in {@link Ready#reads}, at the
     * latest after two election timeouts of ticks.
     *
     * @param readId names the read in the answer; the caller's affair
     */
    public void readIndex(long readId) {
        reads.read(readId);
    }

    // ---- the log

    /**
     * Proposes an entry of {@code indexCount} indexes. {@code kind} is {@link EntryKind#RECORDS} or, with one index,
     * {@link EntryKind#CONTROL}.
     */
    public ProposeResult propose(EntryKind kind, int indexCount, int sizeInBytes) {
        if (kind != EntryKind.RECORDS && kind != EntryKind.CONTROL) {
            throw new IllegalArgumentException(kind + " entries are not proposed");
        }
        if (!replica.isLeader()) {
            return new ProposeResult.NotLeader(replica.leaderId());
        }
        return leading.propose(kind, indexCount, sizeInBytes);
    }

    /** The log is durable as far as it was written when {@code mark} was handed out (see {@link Ready#mark()}). */
    public void appended(LogMark mark) {
        if (!replica.rules.isSameLog(mark.generation(), log.generation()) || !log.durableTo(mark.index())) {
            return;
        }
        if (replica.isLeader()) {
            leading.advanceCommit();
        } else {
            following.acknowledge();
        }
        noticeCommit();
    }

    /** {@code state}, from a {@link Ready}, is durable. */
    public void hardStatePersisted(HardState state) {
        replica.outbox.persisted(state, replica.hardState());
        if (replica.role() == Role.CANDIDATE && replica.outbox.isPersisted(replica.hardState())) {
            roles.conclude(election.record(replica.id(), true));
        }
    }

    /** The log begins at {@code firstIndex} now; everything before is covered by the newest snapshot. */
    public void compacted(long firstIndex) {
        log.compact(firstIndex);
    }

    /**
     * What {@link Ready#part()} asked for is done.
     *
     * @param heldBytes how many bytes from the snapshot's beginning the host holds now, all of them checked once that is all;
     *     negative if the snapshot cannot be used
     */
    public void partTaken(TakePart part, long heldBytes) {
        following.partTaken(part, heldBytes);
    }

    /** What {@link Ready#install()} asked for is done and durable, and the log is empty behind it. */
    public void snapshotInstalled(InstallSnapshot snapshot) {
        following.snapshotInstalled(snapshot);
        noticeCommit();
    }

    /** What {@link Ready#install()} asked for cannot be done; the log is as it was. */
    public void snapshotFailed(InstallSnapshot snapshot) {
        following.snapshotFailed(snapshot);
    }

    // ---- sending

    /** False if {@code intent} is out of date: the host must then drop it, neither sending nor reporting. */
    public boolean isCurrent(Replicate intent) {
        return replication.isCurrent(intent.peer(), intent);
    }

    /** False if {@code intent} is out of date: the host must then drop it, neither sending nor reporting. */
    public boolean isCurrent(SendSnapshot intent) {
        return replication.isCurrent(intent.peer(), intent);
    }

    /** Entries up to {@code lastIndex}, {@code bytes} in all, were given to the transport for {@code intent}. */
    public void sent(Replicate intent, long lastIndex, int bytes) {
        replication.sent(intent, lastIndex, bytes);
    }

    /** An intent for {@code peer} could not be carried out, or something sent to it was lost. */
    public void sendFailed(int peer) {
        replication.sendFailed(peer);
    }

    // ---- messages

    /** A message from the replica of this group on node {@code from}. */
    public void step(int from, RaftMessage message) {
        if (from == replica.id()) {
            throw new InvariantViolation("a message from node " + from + " itself: two replicas share its identity");
        }
        inbox.step(from, message);
        noticeCommit();
    }

    private void noticeCommit() {
        if (log.commitIndex() != noticedCommitIndex) {
            noticedCommitIndex = log.commitIndex();
            reads.committed();
        }
    }

    // ---- output

    /** True if {@link #ready()} has something to say. */
    public boolean hasReady() {
        return !output.isEmpty();
    }

    /** Everything to do since the last call. */
    public Ready ready() {
        return output.take();
    }

    // ---- state, for the host's decisions and for people

    /** The replica's term. */
    public int term() {
        return replica.term();
    }

    /** What the replica does. */
    public Role role() {
        return replica.role();
    }

    /** The leader of the term as far as known, or {@link #NO_NODE}. */
    public int leaderId() {
        return replica.leaderId();
    }

    /** The nodes told to be up, other than this one. */
    public NodeSet peersUp() {
        return replica.peersUp();
    }

    /** The commit index. */
    public long commitIndex() {
        return log.commitIndex();
    }

    /** The last index of the log, durable or not. */
    public long lastIndex() {
        return log.lastIndex();
    }

    /** The term of the entry at {@code index}, or -1 if the log does not reach there. */
    public int termAt(long index) {
        return log.termAt(index);
    }

    /** The members that were in force at {@code index}: as a snapshot up to there has to say. Of what the log still reaches. */
    public Configuration configurationAt(long index) {
        return log.configurationAt(index);
    }

    /** The members in force. */
    public Configuration configuration() {
        return replica.configuration();
    }

    /**
     * True if this replica leads and has committed in its own term. Only then does its commit index cover everything that
     * was ever acknowledged, and may offsets be answered from it (Raft section 8).
     */
    public boolean hasCommittedInTerm() {
        return replica.hasCommittedInTerm();
    }

    /** A picture of this moment, for people and metrics. */
    public RaftStatus status() {
        return new RaftStatus(
                replica.id(),
                replica.role(),
                replica.term(),
                replica.hardState().votedFor(),
                replica.leaderId(),
                log.firstIndex(),
                log.commitIndex(),
                log.durableIndex(),
                log.lastIndex(),
                log.lastTerm(),
                replica.configuration(),
                leading.transfer().target(),
                replication.status());
    }
}
