package io.flotilla.raft.core;

/**
 * One follower as its leader sees it.
 *
 * @param node the follower
 * @param up true if its node is reachable
 * @param voter true if it votes, false if it is a learner
 * @param forgetful true if it has lost what it once promised, and is not counted
 * @param state how entries are sent to it
 * @param matchIndex the last index it durably shares
 * @param lag how many indexes it lacks
 * @param nextIndex the next index to send
 * @param inflightAppends requests sent and not acknowledged as durable
 * @param inflightBytes their bytes
 */
public record PeerStatus(
        int node,
        boolean up,
        boolean voter,
        boolean forgetful,
        ReplicationState state,
        long matchIndex,
        long lag,
        long nextIndex,
        int inflightAppends,
        long inflightBytes) {}
