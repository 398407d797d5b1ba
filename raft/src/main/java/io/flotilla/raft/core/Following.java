package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.Readmission;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.message.SnapshotResponse;
import java.util.List;

/** The follower's side of replication: taking entries and snapshots from the leader of the term, and acknowledging them. */
final class Following {
    private final Replica replica;
    private final RaftLog log;

    /** The highest index known to agree with the log of this term's leader. */
    private long verifiedIndex;

    /** The highest commit index heard of, in any term; may be ahead of what is verified. */
    private long leaderCommit;

    private InstallSnapshot installing;

    Following(Replica replica) {
        this.replica = replica;
        this.log = replica.log;
    }

    /** A new term: nothing is known of its leader's log. */
    void enterTerm() {
        verifiedIndex = 0;
    }

    /** Raft 5.3 and figure 2, AppendEntries receiver 2 to 5. */
    void onAppendRequest(AppendRequest request) {
        if (installing != null) {
            return; // The log is about to be replaced. The leader probes again.
        }
        if (!matches(request.prevIndex(), request.prevTerm())) {
            long hint = log.lastIndexWithin(request.prevIndex(), request.prevTerm());
            reply(AppendResponse.rejected(replica.term(), request.prevIndex(), hint, log.termAt(hint))
                    .from(replica.isForgetful()));
            return;
        }
        boolean isNew = appendMissing(request.entries());
        verifiedIndex = Math.max(verifiedIndex, request.lastIndex());
        learnCommit(request.commitIndex());
        if (!isNew) {
            acknowledge();
        }
    }

    /** True if the log agrees with the leader's up to {@code index}: what is committed always does (Raft 5.4). */
    private boolean matches(long index, int term) {
        if (index > log.commitIndex()) {
            return log.termAt(index) == term;
        }
        int own = log.termAt(index);
        if (own != TermHistory.UNKNOWN && own != term) {
            throw new InvariantViolation("leader " + replica.leaderId() + " of term " + replica.term() + " has term "
                    + term + " at index " + index + ", but term " + own + " is committed here");
        }
        return true;
    }

    /** Appends what is not there yet, after cutting off what contradicts it. Returns whether there was any. */
    private boolean appendMissing(List<EntryRef> entries) {
        boolean isNew = false;
        for (int i = 0; i < entries.size(); i++) {
            EntryRef entry = entries.get(i);
            if (replica.rules.isThere(matchesEntry(entry))) {
                continue;
            }
            if (entry.firstIndex() <= log.lastIndex()) {
                log.truncate(entry.firstIndex());
            }
            log.append(entry);
            isNew = true;
        }
        return isNew;
    }

    private boolean matchesEntry(EntryRef entry) {
        return entry.lastIndex() <= log.lastIndex() && matches(entry.lastIndex(), entry.term());
    }

    /**
     * The leader says that nothing forgotten can count any more. That holds for what is in the log as well: it shows the
     * configuration without this replica's vote.
     */
    void onReadmission(Readmission message) {
        boolean holdsIt = log.durableIndex() >= message.index() && log.termAt(message.index()) == replica.term();
        if (replica.isForgetful()
                && holdsIt
                && replica.rules.mayReadmit(true, replica.configuration().isVoter(replica.id()))) {
            replica.voteFor(replica.leaderId()); // In this term, there is no other.
            acknowledge();
        }
    }

    /** Log matching (Raft 5.3): an entry of the same index and term means that the logs agree up to there. */
    void onCommitNotice(CommitNotice notice) {
        learnCommit(notice.commitIndex(), notice.commitTerm());
    }

    /** The leader's commit index, and the term of the entry there. */
    void learnCommit(long commitIndex, int commitTerm) {
        if (log.termAt(commitIndex) == commitTerm) {
            verifiedIndex = Math.max(verifiedIndex, commitIndex);
        }
        learnCommit(commitIndex);
    }

    /** The leader's commit index, from whichever message. It counts as far as the logs are known to agree. */
    private void learnCommit(long commitIndex) {
        leaderCommit = Math.max(leaderCommit, commitIndex);
        log.commitTo(replica.rules.followerCommit(leaderCommit, verifiedIndex, log.lastIndex()));
    }

    /** Tells the leader how far the logs agree and how much of that is durable. */
    void acknowledge() {
        if (replica.leaderId() != RaftCore.NO_NODE) {
            long durable = replica.rules.followerMatch(log.durableIndex(), verifiedIndex);
            reply(AppendResponse.accepted(replica.term(), verifiedIndex, durable)
                    .from(replica.isForgetful()));
        }
    }

    /** Raft figure 13, InstallSnapshot receiver. */
    void onSnapshotRequest(int from, SnapshotRequest request) {
        if (installing != null) {
            return;
        }
        long index = request.lastIndex();
        boolean isCovered = index <= log.commitIndex() || log.termAt(index) == request.lastTerm();
        if (replica.rules.hasWhatSnapshotCovers(isCovered)) {
            keepLog(index);
            return;
        }
        replica.outbox.takePart(new TakePart(from, request));
    }

    /** Asks for the rest of a snapshot, or for its installation once all of it is there. */
    void partTaken(TakePart taken, long heldBytes) {
        SnapshotRequest part = taken.part();
        if (installing != null || part.term() != replica.term() || taken.from() != replica.leaderId()) {
            return;
        }
        if (heldBytes < 0) {
            reply(SnapshotResponse.failed(replica.term(), part.lastIndex()));
        } else if (heldBytes < part.totalBytes()) {
            reply(SnapshotResponse.receiving(replica.term(), part.lastIndex(), heldBytes));
        } else {
            installing = new InstallSnapshot(taken.from(), part.lastIndex(), part.lastTerm(), part.configuration());
            replica.outbox.install(installing);
        }
    }

    /** Figure 13, step 6: the log already holds what the snapshot covers, so it stays. */
    private void keepLog(long index) {
        verifiedIndex = Math.max(verifiedIndex, index);
        learnCommit(index);
        if (log.durableIndex() >= index) {
            reply(SnapshotResponse.installed(replica.term(), index));
        } else {
            acknowledge();
        }
    }

    /** Figure 13, steps 7 and 8. What a snapshot covers is committed, whoever leads by now. */
    void snapshotInstalled(InstallSnapshot snapshot) {
        if (snapshot != installing) {
            throw new InvariantViolation(snapshot + " installed, but " + installing + " was asked for");
        }
        installing = null;
        log.reset(snapshot);
        replyToSnapshot(snapshot, true);
    }

    void snapshotFailed(InstallSnapshot snapshot) {
        if (snapshot == installing) {
            installing = null;
            replyToSnapshot(snapshot, false);
        }
    }

    private void replyToSnapshot(InstallSnapshot snapshot, boolean installed) {
        if (replica.leaderId() == snapshot.from()) {
            reply(
                    installed
                            ? SnapshotResponse.installed(replica.term(), snapshot.index())
                            : SnapshotResponse.failed(replica.term(), snapshot.index()));
        }
    }

    private void reply(RaftMessage response) {
        replica.send(replica.leaderId(), response);
    }
}
