package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.VoteResult;
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
    private final Replication replication;
    private final Transfer transfer = new Transfer();
    private final Window uncommitted;
    private int ticksWithoutQuorum;
    private HardState drainedHardState;
    private SoftState drainedSoftState;
    private long drainedCommitIndex;

    /** A replica that continues from what recovery found. {@code random} spreads election timeouts. */
    public RaftCore(RaftOptions options, DurableState found, RandomGenerator random) {
        this(options, found, random, SafetyRules.RAFT);
    }

    RaftCore(RaftOptions options, DurableState found, RandomGenerator random, SafetyRules rules) {
        replica = new Replica(options, found, rules);
        log = replica.log;
        election = new Election(replica, random);
        following = new Following(replica);
        replication = new Replication(replica);
        uncommitted = new Window(Integer.MAX_VALUE, options.maxUncommittedBytes());
        drainedHardState = replica.hardState();
        drainedSoftState = softState();
        drainedCommitIndex = log.commitIndex();
    }

    // ---- time and liveness

    /** True if {@link #tick()} matters now: something is awaited that may never come. An idle group needs no ticks. */
    public boolean needsTicks() {
        return replica.isLeader()
                ? transfer.isActive() || !replica.isQuorumUp() || replication.isWaiting()
                : election.isTimerRunning();
    }

    /** One unit of the host's time has passed. Ticks at other times than {@link #needsTicks()} do no harm. */
    public void tick() {
        if (!replica.isLeader()) {
            if (election.tick()) {
                campaign();
            }
            return;
        }
        transfer.tick(replica.options.electionTimeoutTicks());
        replication.tick();
        // Check-quorum (thesis 6.2): a leader that cannot reach a quorum must not keep clients waiting.
        ticksWithoutQuorum = replica.isQuorumUp() ? 0 : ticksWithoutQuorum + 1;
        if (ticksWithoutQuorum >= replica.options.electionTimeoutTicks()) {
            stopLeading(NO_NODE);
        }
    }

    /** The node of a peer can be reached, after a time when it could not, or after a restart. */
    public void nodeUp(int node) {
        replica.nodeUp(node);
        replication.nodeUp(node);
    }

    /** The node of a peer cannot be reached, or does not run this group. */
    public void nodeDown(int node) {
        if (node == replica.leaderId() && replica.isUp(node)) {
            election.restartTimer();
        }
        replica.nodeDown(node);
        replication.nodeDown(node);
    }

    // ---- elections and leadership

    /** Stands for election now, if this replica is a voter and knows of no leader that lives. Pre-vote comes first. */
    public void campaign() {
        if (!election.isTimerRunning()) {
            return;
        }
        conclude(election.askPreVotes());
    }

    /**
     * Hands the lead to {@code target} once it has the whole log (thesis 3.10). Until then, and for an election timeout at
     * most, proposals are refused.
     */
    public TransferResult transferLeadership(int target) {
        if (!replica.isLeader()) {
            return TransferResult.NOT_LEADER;
        }
        if (transfer.isActive()) {
            return TransferResult.BUSY;
        }
        if (target == replica.id() || !replica.configuration().isVoter(target)) {
            return TransferResult.NOT_A_TARGET;
        }
        if (!replica.isUp(target)) {
            return TransferResult.TARGET_DOWN;
        }
        transfer.start(target);
        continueTransfer();
        return TransferResult.STARTED;
    }

    private void continueTransfer() {
        if (transfer.isDue(replication.find(transfer.target()), log.lastIndex())) {
            replica.send(transfer.target(), new TimeoutNow(replica.term()));
        }
    }

    /**
     * Stops leading while the node lives on, as before this group is stopped here. The voter that has most of the log is
     * told to campaign at once, the others that the leader is gone. Nothing happens if this replica does not lead.
     */
    public void resign() {
        if (replica.isLeader()) {
            stopLeading(replication.mostCaughtUpVoter());
        }
    }

    private void stopLeading(int successor) {
        int term = replica.term();
        replica.configuration().members().without(replica.id()).forEach(member -> {
            replica.send(member, member == successor ? new TimeoutNow(term) : new LeaderResigned(term));
        });
        becomeFollower(term, NO_NODE);
    }

    private void becomeFollower(int term, int leaderId) {
        if (term > replica.term()) {
            replica.enterTerm(term);
            following.enterTerm();
        }
        replica.become(Role.FOLLOWER, leaderId);
        replication.stop();
        transfer.stop();
        election.restartTimer();
    }

    /** Raft 5.2; the first entry of the new term lets it commit everything before (Raft section 8). */
    private void becomeLeader() {
        replica.become(Role.LEADER, replica.id());
        ticksWithoutQuorum = 0;
        uncommitted.clear();
        replication.start();
        append(EntryKind.LEADER_CHANGE, 1, 0);
    }

    private void startTerm(boolean isTransfer) {
        election.askVotes(isTransfer);
        following.enterTerm();
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
        if (transfer.isActive()) {
            return new ProposeResult.Transferring(transfer.target());
        }
        if (uncommitted.isFull()) {
            return new ProposeResult.Full(uncommitted.bytes());
        }
        return new ProposeResult.Accepted(append(kind, indexCount, sizeInBytes));
    }

    private EntryRef append(EntryKind kind, int indexCount, int sizeInBytes) {
        long first = log.lastIndex() + 1;
        EntryRef entry = new EntryRef(first, first + indexCount - 1, replica.term(), kind, sizeInBytes, null);
        log.append(entry);
        uncommitted.add(entry.lastIndex(), sizeInBytes);
        replication.streamToAll();
        return entry;
    }

    /** The log is durable as far as it was written when {@code mark} was handed out (see {@link Ready#mark()}). */
    public void appended(LogMark mark) {
        if (!replica.rules.isSameLog(mark.generation(), log.generation()) || !log.durableTo(mark.index())) {
            return;
        }
        if (replica.isLeader()) {
            advanceCommit();
        } else {
            following.acknowledge();
        }
    }

    /** {@code state}, from a {@link Ready}, is durable. */
    public void hardStatePersisted(HardState state) {
        replica.outbox.persisted(state, replica.hardState());
        if (replica.role() == Role.CANDIDATE && replica.outbox.isPersisted(replica.hardState())) {
            conclude(election.record(replica.id(), true));
        }
    }

    /** The log begins at {@code firstIndex} now; everything before is covered by the newest snapshot. */
    public void compacted(long firstIndex) {
        log.compact(firstIndex);
    }

    /** What {@link Ready#install()} asked for is done and durable, and the log is empty behind it. */
    public void snapshotInstalled(InstallSnapshot snapshot) {
        following.snapshotInstalled(snapshot);
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
        switch (message.type()) {
            case VOTE_REQUEST -> onVoteRequest(from, (VoteRequest) message);
            case VOTE_RESPONSE -> onVoteResponse(from, (VoteResponse) message);
            case APPEND_REQUEST -> onAppendRequest(from, (AppendRequest) message);
            case SNAPSHOT_REQUEST -> onSnapshotRequest(from, (SnapshotRequest) message);
            case COMMIT_NOTICE -> onCommitNotice(from, (CommitNotice) message);
            case LEADER_RESIGNED -> onLeaderResigned(from, (LeaderResigned) message);
            case TIMEOUT_NOW -> onTimeoutNow(from, (TimeoutNow) message);
            case APPEND_RESPONSE -> onAppendResponse(from, (AppendResponse) message);
            case SNAPSHOT_RESPONSE -> onSnapshotResponse(from, (SnapshotResponse) message);
        }
    }

    private void onVoteRequest(int from, VoteRequest request) {
        boolean isNews = request.term() > replica.term();
        if (isNews && from == replica.leaderId()) {
            replica.forgetLeader(); // A leader that wants votes leads no more.
        }
        if (replica.hasLiveLeader() && !request.transfer()) {
            // Thesis 4.2.3 and 6.4.1: with a live leader there is nothing to vote about. Not even the term counts, or a
            // removed or half-connected node could unseat the leader by asking.
            election.refuse(from, request);
            replication.showLeader(from);
        } else if (request.preVote()) {
            election.answerPreVote(from, request);
        } else {
            if (isNews) {
                becomeFollower(request.term(), NO_NODE);
            }
            election.answerVote(from, request);
        }
    }

    private void onVoteResponse(int from, VoteResponse response) {
        if (response.preVote()) {
            if (!response.granted()) {
                adopt(response.term());
            }
            if (replica.role() == Role.PRE_CANDIDATE
                    && (!response.granted() || response.term() == replica.term() + 1)) {
                conclude(election.record(from, response.granted()));
            }
            return;
        }
        adopt(response.term());
        if (replica.role() == Role.CANDIDATE && response.term() == replica.term()) {
            conclude(election.record(from, response.granted()));
        }
    }

    private void conclude(VoteResult result) {
        if (result == VoteResult.LOST) {
            becomeFollower(replica.term(), NO_NODE);
        } else if (result == VoteResult.WON && replica.role() == Role.PRE_CANDIDATE) {
            startTerm(false);
        } else if (result == VoteResult.WON) {
            becomeLeader();
        }
    }

    private void onAppendRequest(int from, AppendRequest request) {
        if (acceptLeader(from, request.term())) {
            following.onAppendRequest(request);
        }
    }

    private void onSnapshotRequest(int from, SnapshotRequest request) {
        if (acceptLeader(from, request.term())) {
            following.onSnapshotRequest(from, request);
        }
    }

    /** Raft figure 2: a request of the current or a later term comes from that term's leader; there is only one. */
    private boolean acceptLeader(int from, int term) {
        if (term < replica.term()) {
            // Tells a leader of the past; it may not have noticed, and nobody else may be able to tell it.
            replica.send(from, AppendResponse.rejected(replica.term(), 0, 0, 0));
            return false;
        }
        boolean isSameTerm = term == replica.term();
        if (isSameTerm && (replica.isLeader() || isOtherLeader(from))) {
            throw new InvariantViolation("two leaders in term " + term + ": " + replica.leaderId() + " and " + from);
        }
        if (!isSameTerm || replica.leaderId() != from || replica.role() != Role.FOLLOWER) {
            becomeFollower(term, from);
        } else {
            election.restartTimer();
        }
        return true;
    }

    private boolean isOtherLeader(int from) {
        return replica.leaderId() != NO_NODE && replica.leaderId() != from;
    }

    private void onCommitNotice(int from, CommitNotice notice) {
        if (isFromLeader(from, notice)) {
            following.learnCommit(notice.commitIndex());
        }
    }

    private void onLeaderResigned(int from, LeaderResigned message) {
        if (isFromLeader(from, message)) {
            becomeFollower(replica.term(), NO_NODE);
        }
    }

    private void onTimeoutNow(int from, TimeoutNow message) {
        if (isFromLeader(from, message) && replica.configuration().isVoter(replica.id())) {
            startTerm(true);
        }
    }

    private boolean isFromLeader(int from, RaftMessage message) {
        return message.term() == replica.term() && from == replica.leaderId() && replica.role() == Role.FOLLOWER;
    }

    private void onAppendResponse(int from, AppendResponse response) {
        adopt(response.term());
        if (replica.isLeader() && response.term() == replica.term()) {
            replication.onAppendResponse(from, response);
            advanceCommit();
            continueTransfer();
        }
    }

    private void onSnapshotResponse(int from, SnapshotResponse response) {
        adopt(response.term());
        if (replica.isLeader() && response.term() == replica.term()) {
            replication.onSnapshotResponse(from, response);
            advanceCommit();
        }
    }

    private void advanceCommit() {
        if (replication.advanceCommit()) {
            uncommitted.freeTo(log.commitIndex());
        }
    }

    /** Raft 5.1: whoever sees a later term enters it as a follower. */
    private void adopt(int term) {
        if (term > replica.term()) {
            becomeFollower(term, NO_NODE);
        }
    }

    // ---- output

    /** True if {@link #ready()} has something to say. */
    public boolean hasReady() {
        return log.hasUnwritten()
                || !replica.outbox.isEmpty()
                || log.commitIndex() != drainedCommitIndex
                || !replica.hardState().equals(drainedHardState)
                || isSoftStateNew();
    }

    private boolean isSoftStateNew() {
        return drainedSoftState.term() != replica.term()
                || drainedSoftState.role() != replica.role()
                || drainedSoftState.leaderId() != replica.leaderId();
    }

    /** Everything to do since the last call. */
    public Ready ready() {
        HardState hardState = replica.hardState().equals(drainedHardState) ? null : replica.hardState();
        SoftState softState = isSoftStateNew() ? softState() : null;
        long commitIndex = log.commitIndex() == drainedCommitIndex ? 0 : log.commitIndex();
        drainedHardState = replica.hardState();
        drainedSoftState = softState == null ? drainedSoftState : softState;
        drainedCommitIndex = log.commitIndex();
        Outbox outbox = replica.outbox;
        return new Ready(
                hardState,
                log.takeTruncation(),
                log.takeUnwritten(),
                new LogMark(log.lastIndex(), log.generation()),
                outbox.takeMessages(),
                outbox.takeReplications(),
                outbox.takeSnapshots(),
                commitIndex,
                softState,
                outbox.takeInstall());
    }

    // ---- state, for the host's decisions and for people

    private SoftState softState() {
        return new SoftState(replica.role(), replica.leaderId(), replica.term());
    }

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

    /** The members in force. */
    public Configuration configuration() {
        return replica.configuration();
    }

    /**
     * True if this replica leads and has committed in its own term. Only then does its commit index cover everything that
     * was ever acknowledged, and may offsets be answered from it (Raft section 8).
     */
    public boolean hasCommittedInTerm() {
        return replica.isLeader() && log.termAt(log.commitIndex()) == replica.term();
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
                transfer.target(),
                replication.status());
    }
}
