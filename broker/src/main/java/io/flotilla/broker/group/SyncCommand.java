package io.flotilla.broker.group;

import java.util.Map;

/**
 * A member asks for its assignment; the leader's request brings everybody's.
 *
 * @param protocolType as the member believes; null when its version does not say
 * @param protocol as the member believes; null when its version does not say
 * @param assignments by member id; empty unless the leader's
 */
public record SyncCommand(
        String groupId,
        MemberIdentity member,
        int generation,
        String protocolType,
        String protocol,
        Map<String, byte[]> assignments) {}
