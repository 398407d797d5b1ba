package io.flotilla.raft.core;

import io.flotilla.raft.message.ConfirmRequest;
import io.flotilla.raft.message.ConfirmResponse;
import io.flotilla.raft.message.ReadIndexRequest;
import io.flotilla.raft.message.ReadIndexResponse;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;
import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads without entries in the log (thesis 6.4). The leader makes sure that it still leads by a round of messages
 * with a quorum, and answers with the commit index from before the round; a follower asks its leader, and waits until it has
 * committed as much. One round, or one question, is under way at a time; whoever comes meanwhile shares the next.
 */
final class Reads {
    /** More readers than these at a time are turned away. */
    private static final int MAX_READERS = 10_000;

    /** Who reads: a caller here, or another replica on behalf of its callers. */
    private record Reader(int node, long id) {}

    /** A read of this replica whose index is known, but not yet committed here. */
    private record Unreached(long id, long index, long sinceTick) {}

    private final Replica replica;
    private final RaftLog log;
    private final Lease lease;
    private List<ReadResult> results = new ArrayList<>();

    /** Readers that no round covers yet. */
    private List<Reader> waiting = new ArrayList<>();

    /** Readers of the round under way; nobody if there is none. */
    private List<Reader> reading = new ArrayList<>();

    private final List<Unreached> unreached = new ArrayList<>();
    private long round;
    private long roundIndex;
    private int roundIndexTerm;
    private long roundStartNanos;
    private NodeSet confirmedBy = NodeSet.EMPTY;
    private int elapsedTicks;
    private long tick;

    /** @param firstRound differs after a restart, so that answers to an earlier life's questions are not taken for new */
    Reads(Replica replica, Lease lease, long firstRound) {
        this.replica = replica;
        this.log = replica.log;
        this.lease = lease;
        this.round = firstRound;
    }

    /** A caller on this replica reads. */
    void read(long id) {
        if (!replica.isLeader() && !replica.hasLiveLeader()) {
            results.add(new ReadResult(id, ReadResult.FAILED));
        } else {
            add(new Reader(replica.id(), id));
        }
    }

    private void add(Reader reader) {
        if (waiting.size() + reading.size() + unreached.size() >= MAX_READERS) {
            fail(reader);
        } else if (replica.isLeader() && mayRead() && lease.isHeld()) {
            answer(reader, log.commitIndex(), log.termAt(log.commitIndex()));
        } else {
            elapsedTicks = isPending() ? elapsedTicks : 0;
            waiting.add(reader);
            startRound();
        }
    }

    /** The leader's commit index is that of the group only once it has committed in its own term (thesis 6.4, step 1). */
    private boolean mayRead() {
        return replica.rules.mayRead(replica.hasCommittedInTerm());
    }

    /** Starts a round, or asks the leader, if somebody waits and none is under way. */
    void startRound() {
        if (waiting.isEmpty() || !reading.isEmpty() || replica.isLeader() && !mayRead()) {
            return;
        }
        List<Reader> readers = waiting;
        waiting = reading;
        reading = readers;
        round++;
        elapsedTicks = 0;
        roundIndex = log.commitIndex();
        roundIndexTerm = log.termAt(roundIndex);
        roundStartNanos = replica.nowNanos();
        confirmedBy = NodeSet.EMPTY.with(replica.id());
        ask();
        concludeIfConfirmed();
    }

    private void ask() {
        if (!replica.isLeader()) {
            replica.send(replica.leaderId(), new ReadIndexRequest(replica.term(), round));
            return;
        }
        ConfirmRequest request = new ConfirmRequest(replica.term(), round, lease.nanosToAsk());
        replica.configuration().allVoters().minus(confirmedBy).forEach(voter -> {
            if (replica.isUp(voter)) {
                replica.send(voter, request);
            }
        });
    }

    // ---- leading

    void onReadIndexRequest(int from, ReadIndexRequest request) {
        if (replica.isLeader()) {
            add(new Reader(from, request.number()));
        } else {
            replica.send(from, ReadIndexResponse.failed(replica.term(), request.number()));
        }
    }

    void onConfirmResponse(int from, ConfirmResponse response) {
        if (!reading.isEmpty() && replica.rules.isSameRound(response.round(), round)) {
            confirmedBy = confirmedBy.with(from);
            concludeIfConfirmed();
        }
    }

    private void concludeIfConfirmed() {
        if (!replica.isLeader() || !isConfirmed()) {
            return;
        }
        lease.confirmed(roundStartNanos);
        List<Reader> readers = reading;
        reading = new ArrayList<>();
        readers.forEach(reader -> answer(reader, roundIndex, roundIndexTerm));
        startRound();
    }

    private boolean isConfirmed() {
        return Quorum.isQuorum(
                replica.rules.deciding(replica.configuration()),
                node -> replica.rules.isConfirmed(confirmedBy.contains(node)));
    }

    private void answer(Reader reader, long index, int indexTerm) {
        if (reader.node() == replica.id()) {
            results.add(new ReadResult(reader.id(), index));
        } else {
            replica.send(reader.node(), new ReadIndexResponse(replica.term(), reader.id(), true, index, indexTerm));
        }
    }

    // ---- following

    /** Thesis 6.4: a follower's answer is the leader's index, once it has committed as much itself. */
    void onReadIndexResponse(ReadIndexResponse response) {
        if (reading.isEmpty() || response.number() != round) {
            return;
        }
        List<Reader> readers = reading;
        reading = new ArrayList<>();
        for (Reader reader : readers) {
            if (!response.confirmed()) {
                fail(reader);
            } else if (replica.rules.mayAnswer(response.index(), log.commitIndex())) {
                answer(reader, response.index(), response.indexTerm());
            } else {
                unreached.add(new Unreached(reader.id(), response.index(), tick));
            }
        }
        startRound();
    }

    /** The commit index moved. */
    void committed() {
        for (int i = 0; i < unreached.size(); i++) {
            Unreached read = unreached.get(i);
            if (read.index() <= log.commitIndex()) {
                results.add(new ReadResult(read.id(), read.index()));
                unreached.remove(i--);
            }
        }
        startRound();
    }

    // ---- both

    /** Another role, term or leader: whoever reads must ask again. */
    void stop() {
        waiting.forEach(this::fail);
        reading.forEach(this::fail);
        unreached.forEach(read -> results.add(new ReadResult(read.id(), ReadResult.FAILED)));
        waiting.clear();
        reading.clear();
        unreached.clear();
    }

    private void fail(Reader reader) {
        if (reader.node() == replica.id()) {
            results.add(new ReadResult(reader.id(), ReadResult.FAILED));
        } else {
            replica.send(reader.node(), ReadIndexResponse.failed(replica.term(), reader.id()));
        }
    }

    boolean isPending() {
        return !waiting.isEmpty() || !reading.isEmpty() || !unreached.isEmpty();
    }

    /** Repeats a question without an answer, and gives up after two election timeouts. */
    void tick() {
        if (!isPending()) {
            return;
        }
        int timeout = replica.options.electionTimeoutTicks();
        tick++;
        elapsedTicks++;
        if (elapsedTicks >= 2 * timeout
                || !unreached.isEmpty() && tick - unreached.get(0).sinceTick() >= 2 * timeout) {
            elapsedTicks = 0;
            stop();
        } else if (!reading.isEmpty() && elapsedTicks % Math.max(1, timeout / 2) == 0) {
            ask();
        }
    }

    boolean hasResults() {
        return !results.isEmpty();
    }

    /** What became of reads; forgotten once asked. */
    List<ReadResult> takeResults() {
        if (results.isEmpty()) {
            return List.of();
        }
        List<ReadResult> taken = results;
        results = new ArrayList<>();
        return taken;
    }
}
