package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.TimeoutNow;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;

/** What a replica does as leader: takes proposals, commits what its followers acknowledge, hands over, notices its limits. */
final class Leading {
    private final Replica replica;
    private final RaftLog log;
    private final Replication replication;
    private final Transfer transfer = new Transfer();
    private final Window uncommitted;
    private final Lease lease;
    private int ticksWithoutQuorum;

    Leading(Replica replica, Lease lease) {
        this.lease = lease;
        this.replica = replica;
        this.log = replica.log;
        this.replication = new Replication(replica);
        this.uncommitted = new Window(Integer.MAX_VALUE, replica.options.maxUncommittedBytes());
    }

    Replication replication() {
        return replication;
    }

    Transfer transfer() {
        return transfer;
    }

    /** Opens the term with an entry without content: it lets everything before it commit (Raft section 8). */
    void start() {
        ticksWithoutQuorum = 0;
        uncommitted.clear();
        lease.start();
        replication.start();
        append(EntryKind.LEADER_CHANGE, 1, 0);
        if (replica.forced() != null) {
            log.append(EntryRef.configuration(log.lastIndex() + 1, replica.term(), replica.forced(), 0));
            replica.force(null);
        }
    }

    void stop() {
        replication.stop();
        transfer.stop();
    }

    ProposeResult propose(EntryKind kind, int indexCount, int sizeInBytes) {
        if (transfer.isActive()) {
            return new ProposeResult.Transferring(transfer.target());
        }
        if (uncommitted.isFull()) {
            return new ProposeResult.Full(uncommitted.bytes());
        }
        return new ProposeResult.Accepted(append(kind, indexCount, sizeInBytes));
    }

    /** Raft section 6, thesis 4.3: the next configuration is an entry, in force at once. */
    ChangeResult change(Configuration next) {
        String obstacle = obstacleTo(next);
        if (obstacle != null) {
            return new ChangeResult.Refused(obstacle);
        }
        long index = log.lastIndex() + 1;
        log.append(EntryRef.configuration(index, replica.term(), next, 0));
        uncommitted.add(index, 0);
        lease.drop();
        replication.refresh();
        replication.streamToAll();
        return new ChangeResult.Accepted(index);
    }

    /** Why the members cannot become these now, or null if they can. */
    private String obstacleTo(Configuration next) {
        Configuration current = replica.configuration();
        // Every quorum of the joint configuration and of the one before has a majority of the outgoing voters, so going
        // back
        // is safe also while the joint one is not committed, as when the incoming voters cannot be reached.
        boolean isRetreat = current.isJoint() && next.voters().equals(current.outgoing());
        if (!replica.rules.mayChangeMembers(replica.hasCommittedInTerm())) {
            return "nothing is committed in term " + replica.term() + " yet";
        }
        if (transfer.isActive()) {
            return "leadership is being handed to " + transfer.target();
        }
        if (!isRetreat && !replica.rules.isSettled(log.isConfigurationCommitted())) {
            return "the change at index " + log.latestConfiguration().index() + " is not committed yet";
        }
        if (!replica.rules.isStep(current, next)) {
            return next + " is not one step from " + current;
        }
        NodeSet newcomers = next.voters().minus(current.allVoters());
        for (int i = 0; i < newcomers.size(); i++) {
            if (!replica.rules.mayPromote(replication.isCaughtUp(newcomers.get(i)))) {
                return "node " + newcomers.get(i) + " has not caught up";
            }
        }
        return null;
    }

    /** True if this leader has no vote any more, and that is settled: it has to make way (thesis 4.2.2). */
    boolean isRetired() {
        return log.isConfigurationCommitted()
                && replica.rules.mustMakeWay(replica.configuration().isVoter(replica.id()));
    }

    private EntryRef append(EntryKind kind, int indexCount, int sizeInBytes) {
        long first = log.lastIndex() + 1;
        EntryRef entry = new EntryRef(first, first + indexCount - 1, replica.term(), kind, sizeInBytes, null);
        log.append(entry);
        uncommitted.add(entry.lastIndex(), sizeInBytes);
        replication.streamToAll();
        return entry;
    }

    void onAppendResponse(int from, AppendResponse response) {
        replication.onAppendResponse(from, response);
        advanceCommit();
        if (response.forgetful()) {
            replication.readmit(from);
        }
        continueTransfer();
    }

    void onSnapshotResponse(int from, SnapshotResponse response) {
        replication.onSnapshotResponse(from, response);
        advanceCommit();
    }

    void advanceCommit() {
        if (replication.advanceCommit()) {
            uncommitted.freeTo(log.commitIndex());
            makeWay();
        }
    }

    /** Thesis 4.2.2. Repeated until somebody takes over: nobody else can know that this leader wants to go. */
    private void makeWay() {
        if (isRetired() && !transfer.isActive()) {
            startTransfer(replication.mostCaughtUpVoter());
        }
    }

    /** Thesis 3.10: take no more proposals, bring the target up to date, then let it campaign at once. */
    TransferResult startTransfer(int target) {
        if (transfer.isActive()) {
            return TransferResult.BUSY;
        }
        if (target == replica.id() || !replica.configuration().isVoter(target)) {
            return TransferResult.NOT_A_TARGET;
        }
        if (!replica.isUp(target)) {
            return TransferResult.TARGET_DOWN;
        }
        if (!replication.isCaughtUp(target)) {
            return TransferResult.TARGET_LAGS;
        }
        lease.forfeit();
        transfer.start(target);
        continueTransfer();
        return TransferResult.STARTED;
    }

    private void continueTransfer() {
        if (transfer.isDue(replication.find(transfer.target()), log.lastIndex())) {
            replica.send(transfer.target(), new TimeoutNow(replica.term()));
        }
    }

    boolean needsTicks() {
        return transfer.isActive() || !replica.isQuorumUp() || replication.isWaiting() || isRetired();
    }

    /**
     * Counts a tick. Returns false once no quorum has been reachable for an election timeout (check-quorum, thesis 6.2): such
     * a leader must not keep its clients waiting.
     */
    boolean tick() {
        int timeout = replica.options.electionTimeoutTicks();
        transfer.tick(timeout);
        makeWay();
        replication.tick();
        ticksWithoutQuorum = replica.isQuorumUp() ? 0 : ticksWithoutQuorum + 1;
        return ticksWithoutQuorum < timeout;
    }
}
