package io.flotilla.raft.core;

/** How the leader sends to one follower. */
public enum ReplicationState {
    /** Finding where the logs agree, one question at a time. */
    PROBE,
    /** Streaming entries ahead of the acknowledgements. */
    REPLICATE,
    /** Waiting for a snapshot to be installed. */
    SNAPSHOT
}
