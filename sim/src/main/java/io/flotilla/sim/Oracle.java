package io.flotilla.sim;

import io.flotilla.broker.Broker;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.check.Partition;
import io.flotilla.log.PartitionLog;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.Role;
import io.flotilla.wire.record.RecordBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Sees all replicas at once, and holds them against what Raft promises after every event: one leader per term, who has
 * everything that is committed; one term per committed index; positions that never go back; nothing fetched that is not
 * committed. What bytes stand where is compared at the end.
 */
final class Oracle {
    private static final int UNKNOWN = 0;

    private final SimWorld world;
    private final Map<PartitionId, Truth> truths = new HashMap<>();
    private final Map<String, Truth> newest = new HashMap<>();
    private final Map<Replica, Seen> seen = new HashMap<>();

    Oracle(SimWorld world) {
        this.world = world;
    }

    /** What all replicas of a partition agree on. */
    private static final class Truth {
        final Map<Integer, SimProcess> leaders = new HashMap<>();
        /** By index, {@link #UNKNOWN} where the log began after it before anybody looked. */
        int[] terms = new int[64];

        /** In which term an index was committed, at the latest: that of the first replica that knew it. */
        int[] committedIn = new int[64];
        /** The last index that any replica knew to be committed. */
        int committed;

        long highWatermark;

        /** A replica knows an index to be committed; those before it are, too. */
        void append(long index, int term, int inTerm) {
            while (committed + 1 < index) {
                append(UNKNOWN, inTerm);
            }
            append(term, inTerm);
        }

        private void append(int term, int inTerm) {
            if (committed + 1 == terms.length) {
                terms = Arrays.copyOf(terms, 2 * terms.length);
                committedIn = Arrays.copyOf(committedIn, terms.length);
            }
            terms[++committed] = term;
            committedIn[committed] = inTerm;
        }

        boolean contradicts(long index, int term) {
            return terms[(int) index] != UNKNOWN && terms[(int) index] != term;
        }

        /**
         * The last index that a leader must have: what was committed in its term or earlier (Raft 5.4). Votes that come late can make
         * a leader of a term that is past already, when a later one has committed more.
         */
        int committedUpTo(int term) {
            int index = committed;
            while (index > 0 && committedIn[index] > term) {
                index--;
            }
            return index;
        }
    }

    /** What a replica has shown in its present life. */
    private static final class Seen {
        final Truth truth;
        long committed;
        long highWatermark;
        long logStart;
        int ledTerm = -1;

        Seen(Truth truth) {
            this.truth = truth;
        }
    }

    /** A broker has done something. */
    void look(SimBroker machine) {
        Broker broker = machine.broker();
        if (broker != null) {
            for (Replica replica : broker.replicas().all()) {
                look(machine, replica);
            }
        }
    }

    private void look(SimBroker machine, Replica replica) {
        Seen before = seen.get(replica);
        if (before == null) {
            Truth truth = truths.computeIfAbsent(replica.id(), id -> new Truth());
            newest.put(replica.name(), truth);
            before = new Seen(truth);
            seen.put(replica, before);
        }
        if (replica.log().committedIndex() != before.committed) {
            committed(machine, replica, before);
        }
        RaftCore core = replica.group().core();
        if (core.role() == Role.LEADER && core.term() != before.ledTerm && !replica.isFailed()) {
            before.ledTerm = core.term();
            leads(machine, replica, before.truth);
        }
        before.highWatermark =
                notBack(machine, replica, "high watermark", before.highWatermark, replica.highWatermark());
        before.logStart = notBack(machine, replica, "log start", before.logStart, replica.logStartOffset());
    }

    private long notBack(SimBroker machine, Replica replica, String what, long before, long now) {
        if (now < before) {
            world.fail(where(machine, replica) + ": the " + what + " went back from " + before + " to " + now, null);
        }
        return now;
    }

    private static String where(SimBroker machine, Replica replica) {
        return replica.name() + " on broker " + machine.id();
    }

    private void committed(SimBroker machine, Replica replica, Seen before) {
        PartitionLog log = replica.log();
        Truth truth = before.truth;
        long now = log.committedIndex();
        if (now < before.committed) {
            world.fail(
                    where(machine, replica) + ": the commit index went back from " + before.committed + " to " + now,
                    null);
        }
        for (long index = Math.max(before.committed + 1, log.firstIndex()); index <= now; index++) {
            int term = log.termAt(index);
            if (index > truth.committed) {
                truth.append(index, term, replica.group().core().term());
            } else if (truth.contradicts(index, term)) {
                world.fail(
                        where(machine, replica) + ": index " + index + " is committed in term " + term
                                + ", elsewhere in term " + truth.terms[(int) index],
                        null);
                break;
            }
        }
        before.committed = now;
        truth.highWatermark = Math.max(truth.highWatermark, log.offsetAfter(now));
    }

    private void leads(SimBroker machine, Replica replica, Truth truth) {
        PartitionLog log = replica.log();
        int term = replica.group().core().term();
        world.note(where(machine, replica) + " leads in term " + term);
        SimProcess other = truth.leaders.putIfAbsent(term, machine.process());
        if (other != null && other != machine.process()) {
            world.fail(
                    where(machine, replica) + " leads in term " + term + ", as " + other.name() + " does or did", null);
        }
        long last = truth.committedUpTo(term);
        if (log.lastIndex() < last
                || last >= log.firstIndex() && last > 0 && truth.contradicts(last, log.termAt(last))) {
            world.fail(
                    where(machine, replica) + " leads in term " + term + " and lacks index " + last
                            + ", which is committed",
                    null);
        }
    }

    /** A consumer was sent a batch. */
    void fetched(Partition partition, RecordBatch batch) {
        if (batch.lastOffset() >= highWatermark(partition)) {
            world.fail(
                    partition + ": a consumer got offset " + batch.lastOffset() + ", but no more than "
                            + highWatermark(partition) + " are committed",
                    null);
        }
    }

    /** The first offset that no replica knows to be committed. */
    long highWatermark(Partition partition) {
        Truth truth = newest.get(partition.toString());
        return truth == null ? 0 : truth.highWatermark;
    }

    /** The last index that any replica knows to be committed. */
    long committed(Replica replica) {
        return truths.get(replica.id()).committed;
    }
}
