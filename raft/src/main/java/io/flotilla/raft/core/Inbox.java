package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.ConfirmRequest;
import io.flotilla.raft.message.ConfirmResponse;
import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.ReadIndexRequest;
import io.flotilla.raft.message.ReadIndexResponse;
import io.flotilla.raft.message.Readmission;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.message.VoteRequest;
import io.flotilla.raft.message.VoteResponse;

/** One handler per message: what its term says about ours, and whose affair the rest is. */
final class Inbox {
    private final Replica replica;
    private final Roles roles;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private final Reads reads;
    private final Lease lease;

    Inbox(
            Replica replica,
            Roles roles,
            Election election,
            Following following,
            Leading leading,
            Reads reads,
            Lease lease) {
        this.reads = reads;
        this.lease = lease;
        this.replica = replica;
        this.roles = roles;
        this.election = election;
        this.following = following;
        this.leading = leading;
    }

    void step(int from, RaftMessage message) {
        switch (message.type()) {
            case VOTE_REQUEST -> onVoteRequest(from, (VoteRequest) message);
            case VOTE_RESPONSE -> onVoteResponse(from, (VoteResponse) message);
            case APPEND_REQUEST -> onAppendRequest(from, (AppendRequest) message);
            case APPEND_RESPONSE -> onAppendResponse(from, (AppendResponse) message);
            case COMMIT_NOTICE -> onCommitNotice(from, (CommitNotice) message);
            case LEADER_RESIGNED -> onLeaderResigned(from, (LeaderResigned) message);
            case SNAPSHOT_REQUEST -> onSnapshotRequest(from, (SnapshotRequest) message);
            case SNAPSHOT_RESPONSE -> onSnapshotResponse(from, (SnapshotResponse) message);
            case TIMEOUT_NOW -> onTimeoutNow(from, (TimeoutNow) message);
            case CONFIRM_REQUEST -> onConfirmRequest(from, (ConfirmRequest) message);
            case CONFIRM_RESPONSE -> onConfirmResponse(from, (ConfirmResponse) message);
            case READ_INDEX_REQUEST -> onReadIndexRequest(from, (ReadIndexRequest) message);
            case READ_INDEX_RESPONSE -> onReadIndexResponse(from, (ReadIndexResponse) message);
            case READMISSION -> onReadmission(from, (Readmission) message);
        }
    }

    private void onVoteRequest(int from, VoteRequest request) {
        boolean isNews = request.term() > replica.term();
        if (isNews && from == replica.leaderId()) {
            replica.forgetLeader(); // A leader that wants votes leads no more.
            reads.stop();
        }
        if (replica.rules.refusesVotes(replica.hasLiveLeader(), request.transfer())) {
            // Not even the term counts, or a removed or half-connected node could unseat the leader by asking.
            election.refuse(from, request);
            leading.replication().showLeader(from);
        } else if (request.preVote()) {
            election.answerPreVote(from, request);
        } else {
            roles.adopt(request.term());
            election.answerVote(from, request);
        }
    }

    private void onVoteResponse(int from, VoteResponse response) {
        if (response.preVote()) {
            onPreVoteResponse(from, response);
            return;
        }
        roles.adopt(response.term());
        if (replica.role() == Role.CANDIDATE && isCurrent(response)) {
            roles.conclude(election.record(from, response.granted()));
        }
    }

    /** A grant has the term that was asked about, which nobody is in yet; a refusal that of the voter (thesis 9.6). */
    private void onPreVoteResponse(int from, VoteResponse response) {
        if (!response.granted()) {
            roles.adopt(response.term());
        }
        boolean isOfThisPoll = !response.granted() || response.term() == replica.term() + 1;
        if (replica.role() == Role.PRE_CANDIDATE && isOfThisPoll) {
            roles.conclude(election.record(from, response.granted()));
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

    /** Raft figure 2: what leaders say in the current or a later term comes from that term's leader; there is only one. */
    private boolean acceptLeader(int from, int term) {
        if (term < replica.term()) {
            tellOfTerm(from);
            return false;
        }
        if (!replica.rules.mayTakeIn(replica.isForgetful(), replica.outbox.isForgetfulnessPersisted())) {
            return false; // A crash would make this replica forget even that it forgot, and leave what it takes in now.
        }
        boolean isKnown = term == replica.term() && replica.leaderId() != RaftCore.NO_NODE;
        if (isKnown && replica.leaderId() != from) {
            throw new InvariantViolation("two leaders in term " + term + ": " + replica.leaderId() + " and " + from);
        }
        if (isKnown) {
            election.restartTimer();
        } else {
            roles.becomeFollower(term, from);
        }
        return true;
    }

    private void onAppendResponse(int from, AppendResponse response) {
        roles.adopt(response.term());
        if (replica.isLeader() && isCurrent(response)) {
            leading.onAppendResponse(from, response);
        }
    }

    private void onSnapshotResponse(int from, SnapshotResponse response) {
        roles.adopt(response.term());
        if (replica.isLeader() && isCurrent(response)) {
            leading.onSnapshotResponse(from, response);
        }
    }

    private void onCommitNotice(int from, CommitNotice notice) {
        if (acceptLeader(from, notice.term())) {
            following.onCommitNotice(notice);
        }
    }

    private void onLeaderResigned(int from, LeaderResigned message) {
        if (isFromLeader(from, message)) {
            roles.becomeFollower(replica.term(), RaftCore.NO_NODE);
        }
    }

    /** Thesis 3.10. No pre-vote: the leader itself asked for this election. */
    private void onTimeoutNow(int from, TimeoutNow message) {
        if (message.term() < replica.term()) {
            tellOfTerm(from);
        } else if (isFromLeader(from, message) && election.mayStand()) {
            roles.startTerm(true);
        }
    }

    /** Tells a leader of the past. It may not have noticed, and nobody else may be able to tell it. */
    private void tellOfTerm(int former) {
        replica.send(former, AppendResponse.rejected(replica.term(), 0, 0, 0));
    }

    /** Thesis 6.4 and 6.4.1. A replica that lost its memory may have elected somebody else, so it vouches for nobody. */
    private void onConfirmRequest(int from, ConfirmRequest request) {
        if (acceptLeader(from, request.term()) && replica.remembers()) {
            lease.promise(request.leaseNanos());
            replica.send(from, new ConfirmResponse(replica.term(), request.round()));
        }
    }

    private void onConfirmResponse(int from, ConfirmResponse response) {
        roles.adopt(response.term());
        if (replica.isLeader() && isCurrent(response)) {
            reads.onConfirmResponse(from, response);
        }
    }

    private void onReadIndexRequest(int from, ReadIndexRequest request) {
        roles.adopt(request.term());
        reads.onReadIndexRequest(from, request);
    }

    private void onReadIndexResponse(int from, ReadIndexResponse response) {
        roles.adopt(response.term());
        if (isFromLeader(from, response)) {
            if (response.confirmed()) {
                following.learnCommit(response.index(), response.indexTerm());
            }
            reads.onReadIndexResponse(response);
        }
    }

    private void onReadmission(int from, Readmission message) {
        if (isFromLeader(from, message)) {
            following.onReadmission(message);
        }
    }

    private boolean isCurrent(RaftMessage response) {
        return replica.rules.isCurrentAnswer(response.term(), replica.term());
    }

    private boolean isFromLeader(int from, RaftMessage message) {
        return message.term() == replica.term() && from == replica.leaderId() && !replica.isLeader();
    }
}
