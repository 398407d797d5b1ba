package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupState.STABLE;

import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.machine.Held;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;

/** Who may join a group, as whom, and whether that calls for a rebalance. */
final class Joins {
    private final Map<String, Group> groups;
    private final GroupSettings settings;
    private final RandomSource random;
    private final Rebalances rebalances;

    Joins(Map<String, Group> groups, GroupSettings settings, RandomSource random, Rebalances rebalances) {
        this.groups = groups;
        this.settings = settings;
        this.random = random;
        this.rebalances = rebalances;
    }

    Outcome<JoinResult> join(JoinCommand command) {
        String memberId = command.member().memberId();
        if (command.groupId().isEmpty()) {
            return refuse(memberId, ErrorCode.INVALID_GROUP_ID);
        }
        if (command.sessionTimeoutMs() < settings.minSessionTimeoutMs()
                || command.sessionTimeoutMs() > settings.maxSessionTimeoutMs()) {
            return refuse(memberId, ErrorCode.INVALID_SESSION_TIMEOUT);
        }
        Group group = groups.get(command.groupId());
        if (group == null) {
            if (!memberId.isEmpty()) {
                return refuse(memberId, ErrorCode.UNKNOWN_MEMBER_ID);
            }
            group = new Group(command.groupId());
        }
        if (!hasRoom(group, memberId)) {
            return refuseForSize(group, memberId);
        }
        if (!group.accepts(command.protocolType(), command.protocols())) {
            return refuse(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        }
        groups.putIfAbsent(group.id, group);
        return memberId.isEmpty() ? joinWithoutId(group, command) : joinWithId(group, command);
    }

    /**
     * While a rebalance is prepared, those who already wait are counted, not the members: when the limit was lowered, the
     * last to join again are those who have to go.
     */
    private boolean hasRoom(Group group, String memberId) {
        Member member = group.member(memberId);
        return switch (group.state()) {
            case EMPTY -> true;
            case PREPARING_REBALANCE ->
                (member != null && member.joining != null) || group.joinedCount() < settings.maxSize();
            case COMPLETING_REBALANCE, STABLE ->
                member != null || group.members().size() < settings.maxSize();
        };
    }

    private Outcome<JoinResult> refuseForSize(Group group, String memberId) {
        Effects effects = new Effects();
        Member member = group.member(memberId);
        if (member != null) {
            rebalances.remove(group, member, ErrorCode.GROUP_MAX_SIZE_REACHED, effects);
            rebalances.left(group, "group.max.size reached", effects);
        } else if (group.pending.remove(memberId)) {
            rebalances.completeIfAllJoined(group, effects);
        }
        return effects.answer(JoinResult.failed("", ErrorCode.GROUP_MAX_SIZE_REACHED));
    }

    private Outcome<JoinResult> joinWithoutId(Group group, JoinCommand command) {
        String instanceId = command.member().instanceId();
        String prefix = instanceId == null ? command.clientId() : instanceId;
        MemberIdentity identity = new MemberIdentity(prefix + "-" + random.newUuid(), instanceId);
        if (instanceId == null && command.memberIdRequired()) {
            group.pending.add(identity.memberId());
            rebalances.sessions().expect(group, identity.memberId(), command.sessionTimeoutMs());
            return refuse(identity.memberId(), ErrorCode.MEMBER_ID_REQUIRED);
        }
        String previous = instanceId == null ? null : group.staticMember(instanceId);
        return previous == null
                ? add(group, identity, command)
                : replace(group, group.member(previous), identity, command);
    }

    private Outcome<JoinResult> joinWithId(Group group, JoinCommand command) {
        MemberIdentity identity = command.member();
        if (identity.instanceId() == null && group.pending.contains(identity.memberId())) {
            return add(group, identity, command);
        }
        ErrorCode error = group.check(identity);
        if (error != ErrorCode.NONE) {
            return refuse(identity.memberId(), error);
        }
        Member member = group.member(identity.memberId());
        boolean unchanged = member.protocols.equals(command.protocols());
        return switch (group.state()) {
            case PREPARING_REBALANCE -> rejoin(group, member, command);
            // Likely the answer to its first join was lost: the generation is the same.
            case COMPLETING_REBALANCE -> unchanged ? presentGeneration(group, member) : rejoin(group, member, command);
            // A leader that joins again wants to assign again, for instance because a topic grew.
            case STABLE ->
                unchanged && !group.isLeader(member)
                        ? presentGeneration(group, member)
                        : rejoin(group, member, command);
            case EMPTY -> refuse(identity.memberId(), ErrorCode.UNKNOWN_MEMBER_ID);
        };
    }

    private Outcome<JoinResult> presentGeneration(Group group, Member member) {
        rebalances.sessions().touch(group, member);
        return Outcome.read(Rebalances.joinResult(group, member));
    }

    private Outcome<JoinResult> add(Group group, MemberIdentity identity, JoinCommand command) {
        Member member = newMember(identity, command);
        member.isNew = true;
        if (group.members().isEmpty()) {
            group.protocolType = command.protocolType();
        }
        group.grewDuringDelay |= group.inInitialDelay;
        group.add(member);
        return await(group, member, "member " + member.id + " joins" + because(command), new Effects());
    }

    private Outcome<JoinResult> rejoin(Group group, Member member, JoinCommand command) {
        Effects effects = new Effects();
        // A client that lost its connection asks again: the question it no longer listens for is closed.
        rebalances.dismiss(member, ErrorCode.REBALANCE_IN_PROGRESS, effects);
        group.changeProtocols(member, command.protocols());
        member.sessionTimeoutMs = command.sessionTimeoutMs();
        member.rebalanceTimeoutMs = command.rebalanceTimeoutMs();
        return await(group, member, "member " + member.id + " joins again" + because(command), effects);
    }

    private Outcome<JoinResult> await(Group group, Member member, String reason, Effects effects) {
        Held<JoinResult> answer = new Held<>();
        member.joining = answer;
        rebalances.sessions().touch(group, member);
        rebalances.joined(group, reason, effects);
        return effects.hold(answer);
    }

    /**
     * A static member was restarted: it takes over from its former self, whose requests are fenced from now on. A stable
     * group goes on without a rebalance when the chosen protocol stays the same.
     */
    private Outcome<JoinResult> replace(Group group, Member old, MemberIdentity identity, JoinCommand command) {
        Effects effects = new Effects();
        String formerLeader = group.leader;
        Member next = newMember(identity, command);
        rebalances.dismiss(old, ErrorCode.FENCED_INSTANCE_ID, effects);
        rebalances.sessions().end(group, old.id);
        group.replace(old, next);
        boolean undisturbed = group.state() == STABLE && group.protocol.equals(group.electProtocol());
        if (undisturbed && rebalances.record(group, STABLE, effects)) {
            rebalances.sessions().touch(group, next);
            return effects.answer(takeOver(group, next, formerLeader, command.canSkipAssignment()));
        }
        return await(group, next, "static member " + identity.instanceId() + " is back" + because(command), effects);
    }

    /**
     * What a returning static member is told in a stable group. A leader must not assign again, as nobody would ask for the
     * result: it is told to skip that (KIP-814), or, if too old to understand, that the leader is somebody else.
     */
    private static JoinResult takeOver(Group group, Member member, String formerLeader, boolean canSkip) {
        boolean leads = canSkip && group.isLeader(member);
        return new JoinResult(
                ErrorCode.NONE,
                group.generation,
                group.protocolType,
                group.protocol,
                canSkip ? group.leader : formerLeader,
                leads,
                member.id,
                leads ? group.membersForLeader() : List.of());
    }

    private static Member newMember(MemberIdentity identity, JoinCommand command) {
        return new Member(
                identity,
                command.clientId(),
                command.clientHost(),
                command.sessionTimeoutMs(),
                command.rebalanceTimeoutMs(),
                command.protocols());
    }

    private static Outcome<JoinResult> refuse(String memberId, ErrorCode error) {
        return Outcome.read(JoinResult.failed(memberId, error));
    }

    private static String because(JoinCommand command) {
        return command.reason() == null ? "" : ": " + command.reason();
    }
}
