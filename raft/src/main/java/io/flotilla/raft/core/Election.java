package io.flotilla.raft.core;

import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;
import io.flotilla.raft.quorum.VoteResult;
import java.util.random.RandomGenerator;

/** The election timer, the votes this replica collects, and the votes it gives. Who becomes what is the core's affair. */
final class Election {
    private final Replica replica;
    private final Lease lease;
    private final RandomGenerator random;
    private int elapsedTicks;
    private int timeoutTicks;
    private NodeSet granted = NodeSet.EMPTY;
    private NodeSet refused = NodeSet.EMPTY;

    Election(Replica replica, Lease lease, RandomGenerator random) {
        this.lease = lease;
        this.replica = replica;
        this.random = random;
        restartTimer();
    }

    /** A new random timeout in [T, 2T), so that candidates rarely collide (Raft 5.2). */
    void restartTimer() {
        int base = replica.options.electionTimeoutTicks();
        elapsedTicks = 0;
        timeoutTicks = base + random.nextInt(base);
    }

    /**
     * True if time counts towards an election: this replica is a voter that remembers its votes, has no leader that lives, and
     * sees enough others that one could be elected.
     */
    boolean isTimerRunning() {
        return mayStand() && !replica.hasLiveLeader() && replica.isQuorumUp();
    }

    /**
     * True if this replica can be elected. Who votes no more may be needed until that is committed: if nobody else has the
     * entry that says so, nobody else can win (thesis 4.2.2).
     */
    boolean mayStand() {
        return replica.log.mayStillVote(replica.id()) && replica.remembers();
    }

    /** Counts a tick. Returns whether the time for an election has come. */
    boolean tick() {
        if (!isTimerRunning()) {
            elapsedTicks = 0;
            return false;
        }
        return ++elapsedTicks >= timeoutTicks;
    }

    /** Asks the voters whether they would vote for this replica in the next term (thesis 9.6). */
    VoteResult askPreVotes() {
        replica.become(Role.PRE_CANDIDATE, RaftCore.NO_NODE);
        openPoll();
        requestVotes(new VoteRequest(replica.term() + 1, replica.log.lastIndex(), replica.log.lastTerm(), true, false));
        return record(replica.id(), true);
    }

    /**
     * Starts a term and asks for votes (Raft 5.2). The requests leave, and the candidate counts its own vote, once its term
     * and vote are durable. A leader that hands over is asked too: it may vote no more, and hears that its term is over.
     */
    void askVotes(boolean transfer) {
        int former = transfer ? replica.leaderId() : RaftCore.NO_NODE;
        replica.enterTerm(replica.term() + 1);
        replica.voteFor(replica.id());
        replica.become(Role.CANDIDATE, RaftCore.NO_NODE);
        openPoll();
        VoteRequest request =
                new VoteRequest(replica.term(), replica.log.lastIndex(), replica.log.lastTerm(), false, transfer);
        requestVotes(request);
        if (former != RaftCore.NO_NODE && !replica.configuration().isVoter(former)) {
            replica.send(former, request);
        }
    }

    private void openPoll() {
        granted = NodeSet.EMPTY;
        refused = NodeSet.EMPTY;
        restartTimer();
    }

    private void requestVotes(VoteRequest request) {
        replica.configuration().allVoters().without(replica.id()).forEach(voter -> {
            if (replica.isUp(voter)) {
                replica.send(voter, request);
            }
        });
    }

    /** Counts a vote, the first of each voter. Returns what the poll has come to. */
    VoteResult record(int voter, boolean grant) {
        if (!granted.contains(voter) && !refused.contains(voter)) {
            granted = grant ? granted.with(voter) : granted;
            refused = grant ? refused : refused.with(voter);
        }
        return Quorum.tally(replica.rules.deciding(replica.configuration()), granted, refused);
    }

    /** Says whether this replica would vote for {@code candidate}. Changes nothing (thesis 9.6). */
    void answerPreVote(int candidate, VoteRequest request) {
        boolean mayVoteThen = request.term() > replica.term()
                || request.term() == replica.term()
                        && replica.rules.mayVote(replica.hardState().votedFor(), candidate);
        boolean grant = mayVoteThen && mayElect(request) && isUpToDate(request);
        replica.send(candidate, new VoteResponse(grant ? request.term() : replica.term(), true, grant));
    }

    /** Votes, or not. This replica's term is already at least the candidate's. */
    void answerVote(int candidate, VoteRequest request) {
        boolean grant = request.term() == replica.term()
                && replica.rules.mayVote(replica.hardState().votedFor(), candidate)
                && mayElect(request)
                && isUpToDate(request);
        if (grant) {
            replica.voteFor(candidate);
            restartTimer();
        }
        replica.send(candidate, new VoteResponse(replica.term(), false, grant));
    }

    /** Refuses whatever was asked: there is a leader, and it lives (thesis 4.2.3). */
    void refuse(int candidate, VoteRequest request) {
        replica.send(candidate, new VoteResponse(replica.term(), request.preVote(), false));
    }

    /** A replica that lost its memory may have voted already; one that vouched for a leader keeps to it (thesis 6.4.1). */
    private boolean mayElect(VoteRequest request) {
        return replica.remembers() && (request.transfer() || !lease.isPromised());
    }

    private boolean isUpToDate(VoteRequest request) {
        return replica.rules.isUpToDate(
                request.lastTerm(), request.lastIndex(), replica.log.lastTerm(), replica.log.lastIndex());
    }
}
