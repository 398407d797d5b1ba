package io.flotilla.raft.host;

import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.host.RaftGroup.FirstElection;
import io.flotilla.raft.quorum.NodeSet;

/**
 * Who stands for election without waiting for a timeout: the preferred replica of a fresh group, and one of those left when a
 * leader's broker is gone. Saves time, decides nothing: if it does not win, the timers go on as always.
 */
final class Succession {
    /** How long the other replicas of a fresh group leave the first election to the one that stands. */
    private static final int TICKS_TO_HOLD_BACK = 25;

    private final RaftCore core;
    private final GroupHost host;
    private final GroupId id;
    private final FirstElection first;
    private int heldBackTicks;
    private boolean standNext;

    Succession(RaftCore core, GroupHost host, GroupId id, FirstElection first) {
        this.core = core;
        this.host = host;
        this.id = id;
        this.first = first;
    }

    /** True if this replica is to stand as soon as a majority can be reached. */
    boolean standsFirst() {
        return first == FirstElection.STAND && isFresh();
    }

    /** True if this tick is to pass unused, because another replica of a fresh group goes first. */
    boolean holdsBack() {
        return first == FirstElection.HOLD_BACK && isFresh() && ++heldBackTicks <= TICKS_TO_HOLD_BACK;
    }

    /** Nothing was ever elected or appended here. */
    private boolean isFresh() {
        return core.term() == 0 && core.lastIndex() == 0;
    }

    /** A broker is gone. */
    void peerDown(int node) {
        standNext = node == core.leaderId() && isSuccessor(node);
    }

    /** True once if this replica is to stand for election now, as successor of a leader that is gone. */
    boolean takeTurn() {
        boolean turn = standNext;
        standNext = false;
        return turn;
    }

    /** One and the same on all that see the same brokers, and another for the next partition. */
    private boolean isSuccessor(int leader) {
        NodeSet candidates = NodeSet.EMPTY;
        NodeSet voters = core.configuration().allVoters();
        for (int i = 0; i < voters.size(); i++) {
            int node = voters.get(i);
            boolean isUp = node == host.nodeId() || host.isUp(node);
            candidates = node != leader && isUp ? candidates.with(node) : candidates;
        }
        return !candidates.isEmpty()
                && candidates.get(Math.floorMod(id.partition(), candidates.size())) == host.nodeId();
    }
}
