package io.flotilla.broker.group;

import java.util.List;

/**
 * Offsets to commit.
 *
 * @param member with an empty member id and {@code generation} negative for those who use no group membership
 * @param retentionMs how long to keep the offsets, -1 for the broker's retention (old clients only)
 * @param groupMustExist the client's version knows GROUP_ID_NOT_FOUND
 */
public record CommitCommand(
        String groupId,
        MemberIdentity member,
        int generation,
        long retentionMs,
        boolean groupMustExist,
        List<OffsetToCommit> offsets) {
    /** One partition's offset; {@code metadata} may be null. */
    public record OffsetToCommit(TopicPartition partition, long offset, int leaderEpoch, String metadata) {}
}
