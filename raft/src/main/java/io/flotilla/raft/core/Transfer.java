package io.flotilla.raft.core;

/** A leadership transfer under way (thesis 3.10). While one is, the leader takes no proposals. */
final class Transfer {
    private int target = RaftCore.NO_NODE;
    private int elapsedTicks;
    private boolean told;

    boolean isActive() {
        return target != RaftCore.NO_NODE;
    }

    int target() {
        return target;
    }

    void start(int node) {
        target = node;
        elapsedTicks = 0;
        told = false;
    }

    void stop() {
        target = RaftCore.NO_NODE;
    }

    /** Returns true once, when the target has the whole log: now it is to campaign. */
    boolean isDue(Progress peer, long lastIndex) {
        if (!isActive() || told || peer == null || peer.node != target || peer.matchIndex() < lastIndex) {
            return false;
        }
        told = true;
        return true;
    }

    /** Gives up after an election timeout: the target did not take over. */
    void tick(int electionTimeoutTicks) {
        if (isActive() && ++elapsedTicks >= electionTimeoutTicks) {
            stop();
        }
    }
}
