package io.flotilla.raft.core;

/**
 * One follower as its leader sees it.
 *
 * @param node the follower
 * @param up true if its node is reachable
 * @param state how entries are sent to it
 * @param matchIndex the last index it durably shares
 * @param nextIndex the next index to send
 * @param inflightAppends requests sent and not acknowledged as durable
 * @param inflightBytes their bytes
 */
public record PeerStatus(
        int node,
        boolean up,
        ReplicationState state,
        long matchIndex,
        long nextIndex,
        int inflightAppends,
        long inflightBytes) {}
