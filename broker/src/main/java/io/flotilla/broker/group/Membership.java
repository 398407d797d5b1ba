package io.flotilla.broker.group;

import io.flotilla.broker.machine.Held;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What a member does once it is in: ask for its assignment, show that it lives, leave. */
final class Membership {
    private final Map<String, Group> groups;
    private final Rebalances rebalances;

    Membership(Map<String, Group> groups, Rebalances rebalances) {
        this.groups = groups;
        this.rebalances = rebalances;
    }

    Outcome<SyncResult> sync(SyncCommand command) {
        Group group = groups.get(command.groupId());
        ErrorCode error = check(command.groupId(), group, command.member(), command.generation());
        if (error == ErrorCode.NONE && !agrees(group, command)) {
            error = ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (error != ErrorCode.NONE) {
            return Outcome.read(SyncResult.failed(error));
        }
        Member member = group.member(command.member().memberId());
        return switch (group.state()) {
            case EMPTY -> Outcome.read(SyncResult.failed(ErrorCode.UNKNOWN_MEMBER_ID));
            case PREPARING_REBALANCE -> Outcome.read(SyncResult.failed(ErrorCode.REBALANCE_IN_PROGRESS));
            case COMPLETING_REBALANCE -> awaitAssignment(group, member, command.assignments());
            case STABLE -> {
                rebalances.synced(group, member);
                rebalances.sessions().touch(group, member);
                yield Outcome.read(Rebalances.syncResult(group, member));
            }
        };
    }

    ErrorCode heartbeat(String groupId, MemberIdentity identity, int generation) {
        Group group = groups.get(groupId);
        ErrorCode error = check(groupId, group, identity, generation);
        if (error != ErrorCode.NONE) {
            return error;
        }
        rebalances.sessions().touch(group, group.member(identity.memberId()));
        return group.state() == GroupState.PREPARING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    /** Members leave, or an administrator removes static ones by instance id alone (KIP-345). */
    Outcome<EachResult> leave(String groupId, List<MemberIdentity> leaving, String reason) {
        if (groupId.isEmpty()) {
            return Outcome.read(EachResult.failed(ErrorCode.INVALID_GROUP_ID));
        }
        Group group = groups.get(groupId);
        if (group == null) {
            return Outcome.read(EachResult.of(Collections.nCopies(leaving.size(), ErrorCode.UNKNOWN_MEMBER_ID)));
        }
        Effects effects = new Effects();
        List<ErrorCode> results = new ArrayList<>(leaving.size());
        for (MemberIdentity identity : leaving) {
            results.add(leave(group, identity, effects));
        }
        if (results.contains(ErrorCode.NONE)) {
            rebalances.left(group, "members left" + (reason == null ? "" : ": " + reason), effects);
        }
        return effects.answer(EachResult.of(results));
    }

    private ErrorCode leave(Group group, MemberIdentity identity, Effects effects) {
        if (group.pending.remove(identity.memberId())) {
            rebalances.sessions().end(group, identity.memberId());
            return ErrorCode.NONE;
        }
        MemberIdentity known = identity;
        if (identity.memberId().isEmpty() && identity.instanceId() != null) {
            String current = group.staticMember(identity.instanceId());
            known = new MemberIdentity(current == null ? "" : current, identity.instanceId());
        }
        ErrorCode error = group.check(known);
        if (error == ErrorCode.NONE) {
            rebalances.remove(group, group.member(known.memberId()), ErrorCode.UNKNOWN_MEMBER_ID, effects);
        }
        return error;
    }

    private Outcome<SyncResult> awaitAssignment(Group group, Member member, Map<String, byte[]> assignments) {
        Effects effects = new Effects();
        rebalances.dismiss(member, ErrorCode.REBALANCE_IN_PROGRESS, effects);
        Held<SyncResult> answer = new Held<>();
        member.syncing = answer;
        rebalances.synced(group, member);
        if (group.isLeader(member)) {
            rebalances.assigned(group, assignments, effects);
        }
        return effects.hold(answer);
    }

    private static boolean agrees(Group group, SyncCommand command) {
        return (command.protocolType() == null || command.protocolType().equals(group.protocolType))
                && (command.protocol() == null || command.protocol().equals(group.protocol));
    }

    private static ErrorCode check(String groupId, Group group, MemberIdentity identity, int generation) {
        if (groupId.isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        ErrorCode error = group == null ? ErrorCode.UNKNOWN_MEMBER_ID : group.check(identity);
        if (error != ErrorCode.NONE) {
            return error;
        }
        return generation == group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }
}
