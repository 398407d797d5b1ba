package io.flotilla.broker.group;

import java.util.List;

/**
 * A member wants to join, or to join again.
 *
 * @param sessionTimeoutMs without a heartbeat for this long the member is taken for dead
 * @param rebalanceTimeoutMs how long others wait for this member in a rebalance
 * @param protocolType what kind of group, e.g. {@code consumer}
 * @param protocols what the member can follow, best first
 * @param memberIdRequired a new dynamic member is sent back with an id first, so that lost answers leave no ghosts (KIP-394)
 * @param canSkipAssignment a returning static leader understands that it must not assign again (KIP-814)
 * @param reason for a log line; may be null (KIP-800)
 */
public record JoinCommand(
        String groupId,
        MemberIdentity member,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        String protocolType,
        List<Protocol> protocols,
        boolean memberIdRequired,
        boolean canSkipAssignment,
        String reason) {}
