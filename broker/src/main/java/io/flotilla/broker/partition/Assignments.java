package io.flotilla.broker.partition;

import io.flotilla.raft.quorum.NodeSet;
import java.util.concurrent.CompletableFuture;

/** What a leader that carries out a reassignment asks of the cluster metadata, and tells it. Thread-safe. */
public interface Assignments {
    /**
     * Completes, on any thread, once this broker knows all metadata that was committed when this was called, and its replicas
     * have been told of it; fails when that cannot be found out now.
     */
    CompletableFuture<Void> refreshed();

    /** Which a group must have while it changes its members. */
    MoveSlots slots();

    /**
     * Reports that a group has the voters it was assigned. Completes, on any thread, when that has been taken down or refused;
     * fails when nobody could be told. To be repeated while the assignment is pending.
     *
     * @param assignmentOffset of the metadata record that made the assignment
     */
    CompletableFuture<Void> reached(PartitionId partition, long assignmentOffset, NodeSet voters);
}
