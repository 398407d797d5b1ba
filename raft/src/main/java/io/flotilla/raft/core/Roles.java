package io.flotilla.raft.core;

import io.flotilla.raft.message.LeaderResigned;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.VoteResult;

/** Who this replica is, and every way from one role to another (Raft figure 4, with pre-vote between). */
final class Roles {
    /** A forced term is ahead of all that the lost voters may have begun without this replica. */
    private static final int FORCED_TERMS = 1_000;

    private final Replica replica;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private final Reads reads;
    private final Lease lease;

    Roles(Replica replica, Election election, Following following, Leading leading, Reads reads, Lease lease) {
        this.reads = reads;
        this.lease = lease;
        this.replica = replica;
        this.election = election;
        this.following = following;
        this.leading = leading;
    }

    /** Raft 5.1: whoever sees a later term enters it as a follower. */
    void adopt(int term) {
        if (term > replica.term()) {
            becomeFollower(term, RaftCore.NO_NODE);
        }
    }

    /** Follows {@code leaderId}, or nobody yet, in the current or a later term. */
    void becomeFollower(int term, int leaderId) {
        if (term > replica.term()) {
            if (replica.isLeader()) {
                resign(RaftCore.NO_NODE); // Others may trust this leader still, and it may have no vote to tell them
                // with.
            }
            replica.enterTerm(term);
            following.enterTerm();
        }
        reads.stop();
        replica.force(null);
        replica.become(Role.FOLLOWER, leaderId);
        leading.stop();
        election.restartTimer();
    }

    /** Stands for election if this replica is a voter and has no leader that lives. Pre-vote comes first (thesis 9.6). */
    void campaign() {
        if (election.isTimerRunning() && !lease.isPromised()) {
            conclude(election.askPreVotes());
        }
    }

    /** Starts a term with this replica as candidate (Raft 5.2). */
    void startTerm(boolean isTransfer) {
        reads.stop();
        election.askVotes(isTransfer);
        following.enterTerm();
    }

    /** See {@link RaftCore#forceSoleVoter}. The election is as any other, with one voter. */
    void force() {
        becomeFollower(replica.term() + FORCED_TERMS, RaftCore.NO_NODE);
        replica.force(Configuration.of(replica.id()));
        startTerm(false);
    }

    /** Acts on what a poll has come to. */
    void conclude(VoteResult result) {
        if (result == VoteResult.LOST) {
            becomeFollower(replica.term(), RaftCore.NO_NODE);
        } else if (result == VoteResult.WON && replica.role() == Role.PRE_CANDIDATE) {
            startTerm(false);
        } else if (result == VoteResult.WON) {
            replica.become(Role.LEADER, replica.id());
            leading.start();
        }
    }

    /** Stops leading while the node lives: {@code successor}, if any, campaigns at once, the others lose their leader. */
    void stopLeading(int successor) {
        resign(successor);
        becomeFollower(replica.term(), RaftCore.NO_NODE);
    }

    private void resign(int successor) {
        int term = replica.term();
        replica.configuration().members().without(replica.id()).forEach(member -> {
            replica.send(member, member == successor ? new TimeoutNow(term) : new LeaderResigned(term));
        });
    }

    void tick() {
        reads.tick();
        if (!replica.isLeader()) {
            if (election.tick()) {
                campaign();
            }
        } else if (!leading.tick()) {
            stopLeading(RaftCore.NO_NODE);
        }
    }
}
