package io.flotilla.raft.core;

/**
 * The constants of one replica.
 *
 * @param nodeId this replica's node, from 0
 * @param electionTimeoutTicks T: elections start after a random time in [T, 2T) without a leader; a leader without a quorum
 *     steps down after T
 * @param maxInflightAppends appends sent to one follower and not yet acknowledged as durable
 * @param maxInflightBytes the bytes of those appends; a single append may exceed it
 * @param maxUncommittedBytes proposed bytes not yet committed, beyond which a leader refuses more
 * @param leaseNanos how long voters that confirm a leader elect no other, so that it may answer reads without asking; 0 for
 *     no leases. The same on all members. Needs {@link RaftCore#time}.
 */
public record RaftOptions(
        int nodeId,
        int electionTimeoutTicks,
        int maxInflightAppends,
        long maxInflightBytes,
        long maxUncommittedBytes,
        long leaseNanos) {
    /** Checks that every limit lets something through. */
    public RaftOptions {
        if (nodeId < 0
                || electionTimeoutTicks < 1
                || maxInflightAppends < 1
                || maxInflightBytes < 1
                || maxUncommittedBytes < 1
                || leaseNanos < 0) {
            throw new IllegalArgumentException("limits must be positive, the node id not negative");
        }
    }

    /** Sizes that suit a partition: 64 appends and 16 MiB in flight per follower, 64 MiB uncommitted, no leases. */
    public static RaftOptions defaults(int nodeId, int electionTimeoutTicks) {
        return new RaftOptions(nodeId, electionTimeoutTicks, 64, 16L << 20, 64L << 20, 0);
    }
}
