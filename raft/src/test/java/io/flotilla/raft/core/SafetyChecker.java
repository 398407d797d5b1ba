package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.Quorum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Raft's promises (Raft figure 3), checked from outside after every output of every core. */
final class SafetyChecker {
    private final SimCluster cluster;
    private final Map<Integer, Integer> leaderOfTerm = new HashMap<>();
    private final Map<List<Integer>, Integer> voteOf = new HashMap<>();
    private final Map<Long, Long> committedBefore = new HashMap<>();
    private final Map<Long, Long> answers = new HashMap<>();
    private final List<EntryRef> committed = new ArrayList<>();

    /** In which term each of {@link #committed} was committed: that of the leader, who knows first. */
    private final List<Integer> committedInTerm = new ArrayList<>();

    SafetyChecker(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** The last index known to be committed by anybody. */
    long committedIndex() {
        return committed.isEmpty() ? 0 : committed.get(committed.size() - 1).lastIndex();
    }

    /** One vote per term and voter, over all restarts, as long as its disk is not lost. */
    void onSend(int from, int to, RaftMessage message) {
        if (message instanceof VoteResponse vote && vote.granted() && !vote.preVote()) {
            Integer former = voteOf.put(List.of(from, cluster.node(from).life(), vote.term()), to);
            check(
                    former == null || former == to,
                    "node %s voted for %s and %s in term %s",
                    from,
                    former,
                    to,
                    vote.term());
        }
    }

    void onReady(SimNode node, Ready ready) {
        if (ready.softState() != null && ready.softState().role() == Role.LEADER) {
            checkLeader(node, ready.softState().term());
        }
        if (ready.truncateFrom() != 0 || !ready.entries().isEmpty()) {
            checkLogMatching(node);
        }
        if (ready.truncateFrom() != 0 || ready.commitIndex() != 0 || ready.install() != null) {
            checkCommitted(node);
        }
        ready.reads().forEach(read -> checkRead(node, read));
    }

    /** A read begins: from now on it must see what is committed now. */
    void onRead(SimNode node, long readId) {
        committedBefore.put(readId, committedIndex());
    }

    private void checkRead(SimNode node, ReadResult read) {
        answers.put(read.readId(), read.index());
        if (read.isConfirmed()) {
            check(
                    read.index() >= committedBefore.get(read.readId()),
                    "node %s reads at %s, but %s was committed when the read began",
                    node.id,
                    read.index(),
                    committedBefore.get(read.readId()));
            check(
                    read.index() <= node.core().commitIndex(),
                    "node %s reads at %s, but has committed %s only",
                    node.id,
                    read.index(),
                    node.core().commitIndex());
        }
    }

    /** What became of a read: an index, {@link ReadResult#FAILED}, or null while it waits. */
    Long answerTo(long readId) {
        return answers.get(readId);
    }

    /**
     * Election safety, and leader completeness: later leaders hold what was committed. (Late votes may still elect one of an
     * earlier term, who does not.)
     */
    private void checkLeader(SimNode node, int term) {
        Integer former = leaderOfTerm.putIfAbsent(term, node.id);
        check(former == null || former == node.id, "term %s has leaders %s and %s", term, former, node.id);
        for (int i = 0; i < committed.size(); i++) {
            check(
                    term <= committedInTerm.get(i) || node.written().holds(committed.get(i)),
                    "leader %s of term %s lacks committed %s",
                    node.id,
                    term,
                    committed.get(i));
        }
    }

    /** If two logs hold an entry of the same index and term, they are the same up to there. */
    private void checkLogMatching(SimNode node) {
        for (SimNode other : cluster.nodes()) {
            if (other.id == node.id) {
                continue;
            }
            long index = Math.min(node.written().lastIndex(), other.written().lastIndex());
            boolean isShared = false;
            while (index > Math.max(node.written().baseIndex(), other.written().baseIndex())) {
                EntryRef mine = node.written().at(index);
                EntryRef theirs = other.written().at(index);
                isShared |= mine.term() == theirs.term();
                check(!isShared || mine.equals(theirs), "%s and %s differ at %s", node.id, other.id, index);
                index = mine.firstIndex() - 1;
            }
        }
    }

    /** State machine safety; and nothing is committed that a quorum does not hold on disk. */
    private void checkCommitted(SimNode node) {
        long commitIndex = node.core().commitIndex();
        for (EntryRef entry : committed) {
            check(
                    entry.firstIndex() > commitIndex || node.written().holds(entry),
                    "node %s committed something else than %s",
                    node.id,
                    entry);
        }
        while (committedIndex() < commitIndex) {
            EntryRef next = node.written().at(committedIndex() + 1);
            check(next != null, "node %s commits index %s that nobody has", node.id, committedIndex() + 1);
            check(next.lastIndex() <= commitIndex, "node %s commits a part of %s", node.id, next);
            Configuration members = node.core().configuration();
            check(
                    Quorum.isQuorum(members, id -> cluster.node(id).everHeld(next)),
                    "node %s commits %s, which no quorum has durably",
                    node.id,
                    next);
            committed.add(next);
            committedInTerm.add(node.core().term());
        }
    }

    private static void check(boolean holds, String message, Object... details) {
        if (!holds) {
            throw new AssertionError(String.format(message, details));
        }
    }
}
