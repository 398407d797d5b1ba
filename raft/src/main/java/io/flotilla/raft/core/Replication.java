package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.Readmission;
import io.flotilla.raft.message.SnapshotResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;
import java.util.ArrayList;
import java.util.List;

/** The leader's side of replication: what each follower has, what to send it, and what is committed by that. */
final class Replication {
    /** How many election timeouts a snapshot may take before the leader asks again. */
    private static final int SNAPSHOT_PATIENCE = 8;

    private static final Progress[] NONE = {};

    private final Replica replica;
    private final RaftLog log;
    private Progress[] peers = NONE;
    private boolean hasNews;

    Replication(Replica replica) {
        this.replica = replica;
        this.log = replica.log;
    }

    /** Begins to lead: every follower is asked whether its log agrees at the end of this one (Raft 5.3). */
    void start() {
        peers = NONE;
        refresh();
    }

    /** Other members: newcomers are asked the same, who is gone is forgotten, the others go on. */
    void refresh() {
        Configuration configuration = replica.configuration();
        NodeSet others = configuration.members().without(replica.id());
        Progress[] followers = new Progress[others.size()];
        for (int i = 0; i < followers.length; i++) {
            int node = others.get(i);
            Progress known = find(node);
            boolean isVoter = configuration.isVoter(node);
            followers[i] = known == null
                    ? new Progress(node, isVoter, log.lastIndex() + 1, replica.isUp(node), replica.options)
                    : known;
            followers[i].setVoter(isVoter);
            if (known == null && followers[i].isUp()) {
                probe(followers[i]);
            }
        }
        peers = followers;
    }

    void stop() {
        peers = NONE;
    }

    /** The progress of {@code node}, or null if it is not a member. */
    Progress find(int node) {
        for (Progress peer : peers) {
            if (peer.node == node) {
                return peer;
            }
        }
        return null;
    }

    /** Raft 5.3: a success moves the match, a refusal backs off; either way the follower gets what it lacks next. */
    void onAppendResponse(int from, AppendResponse response) {
        Progress peer = find(from);
        if (peer == null) {
            return;
        }
        hasNews |= peer.setForgetful(response.forgetful());
        if (response.success()) {
            if (peer.state() == ReplicationState.SNAPSHOT && response.verifiedIndex() + 1 < log.firstIndex()) {
                return; // Still in need of the snapshot that is on its way.
            }
            checkWithinLog(from, Math.max(response.verifiedIndex(), response.durableIndex()));
            peer.accepted(response.verifiedIndex(), response.durableIndex());
            stream(peer);
            hasNews |= peer.hasJustCaughtUp(log.commitIndex());
            return;
        }
        long limit = Math.min(response.hintIndex(), response.rejectedIndex() - 1);
        long retry = log.lastIndexWithin(limit, response.hintTerm());
        if (peer.rejected(response.rejectedIndex(), retry) && peer.isUp()) {
            probe(peer);
        }
    }

    void onSnapshotResponse(int from, SnapshotResponse response) {
        Progress peer = find(from);
        if (peer == null) {
            return;
        }
        switch (response.outcome()) {
            case INSTALLED -> {
                checkWithinLog(from, response.index());
                peer.accepted(response.index(), response.index());
                stream(peer);
            }
            case RECEIVING -> sendRest(peer, response);
            case FAILED -> {
                if (peer.state() == ReplicationState.SNAPSHOT) {
                    retryLater(peer);
                }
            }
        }
    }

    /** The follower took a part of the snapshot. If it did not take the last one, that is sent again after a while. */
    private void sendRest(Progress peer, SnapshotResponse response) {
        if (peer.intent() instanceof SendSnapshot sent
                && (sent.heldIndex() != response.index() || sent.heldBytes() != response.heldBytes())) {
            needSnapshot(peer, response.index(), response.heldBytes());
        }
    }

    /**
     * Readmits a follower that had lost its memory, once it holds a configuration without its vote that is committed since, and
     * an entry of this term. That configuration was agreed on by a majority of the voters before it who remember, so whatever
     * was decided, or is still being voted on, with the help of what it forgot overlaps in one of them; and what it holds of
     * this term keeps it from voting for a candidate of this term or an earlier one.
     */
    void readmit(int node) {
        Progress peer = find(node);
        if (peer != null
                && peer.isForgetful()
                && peer.matchIndex() >= log.latestConfiguration().index()
                && log.termAt(peer.matchIndex()) == replica.term()
                && replica.rules.mayReadmit(log.isConfigurationCommitted(), peer.isVoter())) {
            replica.send(node, new Readmission(replica.term(), peer.matchIndex()));
        }
    }

    /** The followers that have lost their memory. */
    NodeSet forgetful() {
        NodeSet found = NodeSet.EMPTY;
        for (Progress peer : peers) {
            found = peer.isForgetful() ? found.with(peer.node) : found;
        }
        return found;
    }

    /** True if {@code node} follows closely enough to vote, or to lead. */
    boolean isCaughtUp(int node) {
        Progress peer = find(node);
        return peer != null && peer.isCaughtUp(log.commitIndex());
    }

    void forgetNews() {
        hasNews = false;
    }

    /** True if a follower caught up, lost its memory or got it back. */
    boolean hasNews() {
        return hasNews;
    }

    private void checkWithinLog(int from, long index) {
        if (index > log.lastIndex()) {
            throw new InvariantViolation("node " + from + " acknowledges index " + index + " in term " + replica.term()
                    + ", but the leader's log ends at " + log.lastIndex());
        }
    }

    /** True if the host should still carry out {@code intent}. */
    boolean isCurrent(int node, Object intent) {
        Progress peer = find(node);
        return peer != null && peer.intent() == intent;
    }

    void sent(Replicate intent, long lastIndex, int bytes) {
        Progress peer = find(intent.peer());
        if (peer == null || peer.intent() != intent) {
            return;
        }
        if (lastIndex < intent.nextIndex() || lastIndex > log.lastIndex()) {
            throw new InvariantViolation("host sent up to index " + lastIndex + " for " + intent);
        }
        peer.sent(lastIndex, bytes);
        stream(peer);
    }

    /** Something sent to {@code node} was lost: find out what, at the next tick, lest a dead connection spins. */
    void sendFailed(int node) {
        Progress peer = find(node);
        if (peer != null) {
            retryLater(peer);
        }
    }

    private void retryLater(Progress peer) {
        peer.probeAgain();
        peer.setIdleTicks(probePatience());
    }

    /** A node that comes back may have lost what was on the way, or more: ask. */
    void nodeUp(int node) {
        Progress peer = find(node);
        if (peer != null && !peer.isUp()) {
            peer.setUp(true);
            peer.probeAgain();
            probe(peer);
        }
    }

    void nodeDown(int node) {
        Progress peer = find(node);
        if (peer != null) {
            peer.setUp(false);
            peer.probeAgain();
        }
    }

    /** Lets a member that lost sight of its leader see it again. */
    void showLeader(int node) {
        Progress peer = find(node);
        if (peer != null) {
            sendProbe(peer, Math.max(peer.matchIndex(), log.firstIndex() - 1));
        }
    }

    /** Repeats what got no answer. */
    void tick() {
        for (Progress peer : peers) {
            if (peer.isWaiting() && peer.countIdleTick() >= patience(peer)) {
                peer.probeAgain();
                probe(peer);
            }
        }
    }

    /** True if an answer is awaited that may never come. */
    boolean isWaiting() {
        for (Progress peer : peers) {
            if (peer.isWaiting()) {
                return true;
            }
        }
        return false;
    }

    private int patience(Progress peer) {
        return switch (peer.state()) {
            case PROBE -> probePatience();
            case REPLICATE -> replica.options.electionTimeoutTicks();
            case SNAPSHOT -> replica.options.electionTimeoutTicks() * SNAPSHOT_PATIENCE;
        };
    }

    private int probePatience() {
        return Math.max(1, replica.options.electionTimeoutTicks() / 2);
    }

    /** Offers every follower what it lacks. */
    void streamToAll() {
        for (Progress peer : peers) {
            stream(peer);
        }
    }

    private void stream(Progress peer) {
        if (!peer.canStream() || peer.nextIndex() > log.lastIndex()) {
            return;
        }
        if (peer.nextIndex() < log.firstIndex()) {
            needSnapshot(peer, 0, 0);
            return;
        }
        long prev = peer.nextIndex() - 1;
        Replicate intent =
                new Replicate(peer.node, replica.term(), prev, log.termAt(prev), peer.nextIndex(), log.commitIndex());
        peer.setIntent(intent);
        replica.outbox.replicate(intent);
    }

    private void probe(Progress peer) {
        if (peer.nextIndex() < log.firstIndex()) {
            needSnapshot(peer, 0, 0);
            return;
        }
        peer.setIdleTicks(0);
        sendProbe(peer, peer.nextIndex() - 1);
    }

    private void sendProbe(Progress peer, long prev) {
        replica.send(peer.node, AppendRequest.probe(replica.term(), prev, log.termAt(prev), log.commitIndex()));
    }

    /** Raft section 7: the log no longer reaches back to what the follower needs. */
    private void needSnapshot(Progress peer, long heldIndex, long heldBytes) {
        SendSnapshot intent = new SendSnapshot(peer.node, replica.term(), log.firstIndex() - 1, heldIndex, heldBytes);
        peer.awaitSnapshot(intent);
        replica.outbox.sendSnapshot(intent);
    }

    /**
     * Commits what a quorum durably holds, this leader by its own disk (Raft 5.3, 5.4.2). Returns whether the commit index
     * moved.
     */
    boolean advanceCommit() {
        long own = replica.rules.leaderMatch(log.durableIndex(), log.lastIndex());
        long reached = Quorum.reachedIndex(replica.rules.deciding(replica.configuration()), node -> matchOf(node, own));
        return reached > log.commitIndex()
                && replica.rules.mayCommit(log.termAt(reached), replica.term())
                && log.commitTo(reached);
    }

    private long matchOf(int node, long own) {
        if (node == replica.id()) {
            return own;
        }
        Progress peer = find(node);
        return peer == null || !replica.rules.counts(peer.isForgetful()) ? 0 : peer.matchIndex();
    }

    /** The voter that has most of the log and is up, or {@link RaftCore#NO_NODE}. */
    int mostCaughtUpVoter() {
        Progress best = null;
        for (Progress peer : peers) {
            boolean isCandidate = peer.isUp() && peer.isVoter() && !peer.isForgetful();
            if (isCandidate && (best == null || peer.matchIndex() > best.matchIndex())) {
                best = peer;
            }
        }
        return best == null ? RaftCore.NO_NODE : best.node;
    }

    List<PeerStatus> status() {
        List<PeerStatus> all = new ArrayList<>(peers.length);
        for (Progress peer : peers) {
            all.add(peer.status(log.lastIndex()));
        }
        return List.copyOf(all);
    }
}
