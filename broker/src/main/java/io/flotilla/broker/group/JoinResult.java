package io.flotilla.broker.group;

import io.flotilla.wire.frame.ErrorCode;
import java.util.List;

/**
 * Answer to a {@link JoinCommand}.
 *
 * @param protocolType null unless joined
 * @param protocol the protocol of this generation; null unless joined
 * @param leader member id of the member that assigns; empty unless joined
 * @param skipAssignment the leader must not assign in this generation
 * @param members for the leader, all members and their metadata; empty for others
 */
public record JoinResult(
        ErrorCode error,
        int generation,
        String protocolType,
        String protocol,
        String leader,
        boolean skipAssignment,
        String memberId,
        List<JoinedMember> members) {
    /** A member as the leader sees it. */
    @SuppressWarnings("ArrayRecordComponent")
    public record JoinedMember(String memberId, String instanceId, byte[] metadata) {}

    static JoinResult failed(String memberId, ErrorCode error) {
        return new JoinResult(error, Group.NO_GENERATION, null, null, "", false, memberId, List.of());
    }
}
