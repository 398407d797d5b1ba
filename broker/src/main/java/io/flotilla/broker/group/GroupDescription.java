package io.flotilla.broker.group;

import java.util.List;

/**
 * A group as its describers see it.
 *
 * @param protocolType empty for a group that never had members
 * @param protocol the assignment protocol while the group is stable, otherwise empty
 */
public record GroupDescription(
        String groupId, GroupState state, String protocolType, String protocol, List<MemberDescription> members) {
    /** A member; metadata and assignment are empty unless the group is stable. */
    @SuppressWarnings("ArrayRecordComponent")
    public record MemberDescription(
            String memberId,
            String instanceId,
            String clientId,
            String clientHost,
            byte[] metadata,
            byte[] assignment) {}
}
