package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.message.TimeoutNow;

/** What a replica does as leader: takes proposals, commits what its followers acknowledge, hands over, notices its limits. */
final class Leading {
    private final Replica replica;
    private final RaftLog log;
    private final Replication replication;
    private final Transfer transfer = new Transfer();
    private final Window uncommitted;
    private int ticksWithoutQuorum;

    Leading(Replica replica) {
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
        replication.start();
        append(EntryKind.LEADER_CHANGE, 1, 0);
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
        continueTransfer();
    }

    void onSnapshotResponse(int from, SnapshotResponse response) {
        replication.onSnapshotResponse(from, response);
        advanceCommit();
    }

    void advanceCommit() {
        if (replication.advanceCommit()) {
            uncommitted.freeTo(log.commitIndex());
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
        return transfer.isActive() || !replica.isQuorumUp() || replication.isWaiting();
    }

    /**
     * Counts a tick. Returns false once no quorum has been reachable for an election timeout (check-quorum, thesis 6.2): such
     * a leader must not keep its clients waiting.
     */
    boolean tick() {
        int timeout = replica.options.electionTimeoutTicks();
        transfer.tick(timeout);
        replication.tick();
        ticksWithoutQuorum = replica.isQuorumUp() ? 0 : ticksWithoutQuorum + 1;
        return ticksWithoutQuorum < timeout;
    }
}
