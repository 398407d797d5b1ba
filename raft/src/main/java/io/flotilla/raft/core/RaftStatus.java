package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import java.util.List;

/**
 * A replica at one moment, for people and metrics.
 *
 * @param nodeId the replica's node
 * @param role what it does
 * @param term its term
 * @param votedFor who has its vote in this term, or {@link RaftCore#NO_NODE}
 * @param leaderId who leads, or {@link RaftCore#NO_NODE}
 * @param firstIndex the first index its log holds
 * @param commitIndex the commit index
 * @param durableIndex the last index that is durable here
 * @param lastIndex the last index of the log
 * @param lastTerm the term of that entry
 * @param configuration the members in force
 * @param transferTarget who is being handed the lead, or {@link RaftCore#NO_NODE}
 * @param peers the followers, where this replica leads; else empty
 */
public record RaftStatus(
        int nodeId,
        Role role,
        int term,
        int votedFor,
        int leaderId,
        long firstIndex,
        long commitIndex,
        long durableIndex,
        long lastIndex,
        int lastTerm,
        Configuration configuration,
        int transferTarget,
        List<PeerStatus> peers) {}
