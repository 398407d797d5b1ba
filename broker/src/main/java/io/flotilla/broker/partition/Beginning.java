package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.log.LogId;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.RaftGroup.FirstElection;
import io.flotilla.raft.quorum.Configuration;

/**
 * What a replica begins with that finds no data on this broker.
 *
 * @param disksSince offset of the metadata record since which this broker has had its disks
 */
record Beginning(int nodeId, long disksSince) {
    /** As metadata has it. */
    static Beginning of(int nodeId, MetadataImage image) {
        return new Beginning(nodeId, image.disksSince(nodeId));
    }

    /**
     * What it takes for its group. One that is there from the partition's beginning knows the others. Any other may have been
     * there before and have lost what it knew, or is new to a group that has seen change: it knows nobody until the leader
     * tells it.
     */
    Configuration members(Assignment assignment) {
        return assignment.original() && disksSince < assignment.offset()
                ? Configuration.of(assignment.replicas().stream()
                        .mapToInt(Integer::intValue)
                        .toArray())
                : Configuration.NONE;
    }

    /** How its group is to run. */
    RaftGroup.Options options(Assignment assignment, boolean internal) {
        FirstElection first = assignment.replicas().get(0) == nodeId ? FirstElection.STAND : FirstElection.HOLD_BACK;
        boolean mayBeOld = members(assignment).equals(Configuration.NONE);
        return new RaftGroup.Options(internal, internal, mayBeOld ? FirstElection.AS_ALWAYS : first);
    }

    /** Whether the only replica may lie in a directory that does not work: made anew it would know nothing. */
    boolean isOutOfReach(Assignment assignment, LogId logId, LogDirectories directories) {
        return assignment.isOnlyOn(nodeId)
                && members(assignment).equals(Configuration.NONE)
                && directories.failed() > 0
                && directories.holding(logId) == null;
    }
}
