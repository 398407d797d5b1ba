package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupState.COMPLETING_REBALANCE;
import static io.flotilla.broker.group.GroupState.EMPTY;
import static io.flotilla.broker.group.GroupState.PREPARING_REBALANCE;
import static io.flotilla.broker.group.GroupState.STABLE;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.Timers;
import io.flotilla.wire.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes groups from one generation to the next: everybody joins, the leader assigns, everybody gets its part. Members that
 * do not keep up are dropped so that the others can go on.
 */
final class Rebalances {
    private static final Logger log = LoggerFactory.getLogger(Rebalances.class);
    /** Room for the header of a batch and the frame of a record around a group's record. */
    static final int BATCH_OVERHEAD_BYTES = 128;

    private final Map<String, Group> groups;
    private final GroupSettings settings;
    private final Clock clock;
    private final Timers timers;
    private final Sessions sessions;

    Rebalances(Map<String, Group> groups, GroupSettings settings, Clock clock, Timers timers) {
        this.groups = groups;
        this.settings = settings;
        this.clock = clock;
        this.timers = timers;
        this.sessions = new Sessions(timers, this::sessionEnded);
    }

    Sessions sessions() {
        return sessions;
    }

    /** A member has joined, perhaps with other protocols: rebalance, or complete the rebalance under way if it was the last. */
    void joined(Group group, String reason, Effects effects) {
        if (group.state() == PREPARING_REBALANCE) {
            completeIfAllJoined(group, effects);
        } else {
            begin(group, reason, effects);
        }
    }

    /** Takes a member out, which ends its waiting too; {@link #left} must follow. */
    void remove(Group group, Member member, ErrorCode toWaiting, Effects effects) {
        dismiss(member, toWaiting, effects);
        sessions.end(group, member.id);
        group.remove(member);
        stopAwaitingSyncs(group);
    }

    /** Members were taken out: the rest share the work anew. */
    void left(Group group, String reason, Effects effects) {
        switch (group.state()) {
            case STABLE, COMPLETING_REBALANCE -> begin(group, reason, effects);
            case PREPARING_REBALANCE -> completeIfAllJoined(group, effects);
            case EMPTY -> {}
        }
    }

    /** Answers whatever the member waits for with an error. */
    void dismiss(Member member, ErrorCode error, Effects effects) {
        effects.deliver(member.joining, JoinResult.failed(member.id, error));
        effects.deliver(member.syncing, SyncResult.failed(error));
        member.joining = null;
        member.syncing = null;
    }

    /** Asks all members to join again. */
    void begin(Group group, String reason, Effects effects) {
        log.info("group {}: rebalance after generation {}: {}", group.id, group.generation, reason);
        if (group.state() == COMPLETING_REBALANCE) {
            cancelSyncs(group, ErrorCode.REBALANCE_IN_PROGRESS, effects);
        }
        timers.cancel(new SyncKey(group.id));
        boolean fromEmpty = group.state() == EMPTY;
        group.enter(PREPARING_REBALANCE, clock.millis());
        if (fromEmpty) {
            int delayMs = settings.initialRebalanceDelayMs();
            group.inInitialDelay = true;
            group.grewDuringDelay = false;
            delay(group, delayMs, Math.max(0, group.rebalanceTimeoutMs() - delayMs));
        } else if (group.allJoined()) {
            complete(group, effects);
        } else {
            awaitJoins(group);
        }
    }

    void completeIfAllJoined(Group group, Effects effects) {
        if (group.state() == PREPARING_REBALANCE && !group.inInitialDelay && group.allJoined()) {
            complete(group, effects);
        }
    }

    /** The member has asked for its assignment. */
    void synced(Group group, Member member) {
        group.unsynced.remove(member.id);
        stopAwaitingSyncs(group);
    }

    /** The leader has assigned: the group is stable once its new generation is in the log. */
    void assigned(Group group, Map<String, byte[]> assignments, Effects effects) {
        for (Member member : group.members()) {
            member.assignment = assignments.getOrDefault(member.id, Member.NO_ASSIGNMENT);
        }
        if (!record(group, STABLE, effects)) {
            cancelSyncs(group, ErrorCode.UNKNOWN_SERVER_ERROR, effects);
            begin(group, "the assignment does not fit a batch of __consumer_offsets", effects);
            return;
        }
        for (Member member : group.members()) {
            effects.deliver(member.syncing, syncResult(group, member));
            member.syncing = null;
            sessions.touch(group, member);
        }
    }

    /**
     * Lets the group enter a state and puts its new picture into the log.
     *
     * @return false if the picture is too large for a batch; nothing has changed then
     */
    boolean record(Group group, GroupState state, Effects effects) {
        long now = clock.millis();
        MachineRecord picture = GroupRecords.group(group, now);
        if (picture.maxSizeInBatch() > settings.maxBatchBytes() - BATCH_OVERHEAD_BYTES) {
            log.warn("group {}: a record of {} bytes is too large", group.id, picture.maxSizeInBatch());
            return false;
        }
        group.enter(state, now);
        effects.append(picture);
        return true;
    }

    static SyncResult syncResult(Group group, Member member) {
        return new SyncResult(ErrorCode.NONE, group.protocolType, group.protocol, member.assignment);
    }

    /** What a member learns of the present generation; only a leader sees the members. */
    static JoinResult joinResult(Group group, Member member) {
        return new JoinResult(
                ErrorCode.NONE,
                group.generation,
                group.protocolType,
                group.protocol,
                group.leader,
                false,
                member.id,
                group.isLeader(member) ? group.membersForLeader() : List.of());
    }

    private void delay(Group group, int delayMs, int remainingMs) {
        String groupId = group.id;
        timers.schedule(new JoinKey(groupId), delayMs, () -> delayOver(groupId, delayMs, remainingMs));
    }

    /** More members came while an initially empty group waited: wait a little more, up to the rebalance timeout. */
    private Outcome<Void> delayOver(String groupId, int delayMs, int remainingMs) {
        Effects effects = new Effects();
        Group group = groups.get(groupId);
        if (group != null && group.inInitialDelay) {
            if (group.grewDuringDelay && remainingMs > 0) {
                group.grewDuringDelay = false;
                int nextDelay = Math.min(settings.initialRebalanceDelayMs(), remainingMs);
                delay(group, nextDelay, Math.max(0, remainingMs - delayMs));
            } else {
                complete(group, effects);
            }
        }
        return effects.answer(null);
    }

    private void awaitJoins(Group group) {
        String groupId = group.id;
        timers.schedule(new JoinKey(groupId), group.rebalanceTimeoutMs(), () -> joinsOver(groupId));
    }

    private Outcome<Void> joinsOver(String groupId) {
        Effects effects = new Effects();
        Group group = groups.get(groupId);
        if (group != null && group.state() == PREPARING_REBALANCE) {
            complete(group, effects);
        }
        return effects.answer(null);
    }

    /** Whoever has joined makes the next generation. Static members may stay away until their session ends (KIP-345). */
    private void complete(Group group, Effects effects) {
        timers.cancel(new JoinKey(group.id));
        group.inInitialDelay = false;
        for (Member member : List.copyOf(group.members())) {
            if (member.joining == null && !member.isStatic()) {
                log.info("group {}: member {} did not join again in time", group.id, member.id);
                remove(group, member, ErrorCode.UNKNOWN_MEMBER_ID, effects);
            }
        }
        if (group.members().isEmpty()) {
            becomeEmpty(group, effects);
        } else if (!group.electLeader()) {
            awaitJoins(group);
        } else {
            nextGeneration(group, effects);
        }
    }

    private void becomeEmpty(Group group, Effects effects) {
        group.generation++;
        group.protocol = null;
        log.info("group {}: empty since generation {}", group.id, group.generation);
        record(group, EMPTY, effects);
    }

    private void nextGeneration(Group group, Effects effects) {
        group.generation++;
        group.protocol = group.electProtocol();
        group.enter(COMPLETING_REBALANCE, clock.millis());
        log.info(
                "group {}: generation {} has {} members",
                group.id,
                group.generation,
                group.members().size());
        group.unsynced.clear();
        for (Member member : group.members()) {
            effects.deliver(member.joining, joinResult(group, member));
            member.joining = null;
            member.isNew = false;
            sessions.touch(group, member);
            group.unsynced.add(member.id);
        }
        String groupId = group.id;
        int generation = group.generation;
        timers.schedule(new SyncKey(groupId), group.rebalanceTimeoutMs(), () -> syncsOver(groupId, generation));
    }

    /** Members who joined but never asked for their assignment hold partitions that nobody reads. */
    private Outcome<Void> syncsOver(String groupId, int generation) {
        Effects effects = new Effects();
        Group group = groups.get(groupId);
        if (group != null && group.generation == generation && !group.unsynced.isEmpty()) {
            List<String> late = List.copyOf(group.unsynced);
            late.forEach(id -> remove(group, group.member(id), ErrorCode.UNKNOWN_MEMBER_ID, effects));
            left(group, "no sync from " + late + " in time", effects);
        }
        return effects.answer(null);
    }

    private void stopAwaitingSyncs(Group group) {
        if (group.unsynced.isEmpty()) {
            timers.cancel(new SyncKey(group.id));
        }
    }

    private void cancelSyncs(Group group, ErrorCode error, Effects effects) {
        for (Member member : group.members()) {
            member.assignment = Member.NO_ASSIGNMENT;
            if (member.syncing != null) {
                effects.deliver(member.syncing, SyncResult.failed(error));
                member.syncing = null;
                sessions.touch(group, member);
            }
        }
    }

    private Outcome<Void> sessionEnded(String groupId, String memberId) {
        Effects effects = new Effects();
        Group group = groups.get(groupId);
        if (group == null) {
            return effects.answer(null);
        }
        Member member = group.member(memberId);
        if (group.pending.remove(memberId)) {
            completeIfAllJoined(group, effects);
        } else if (member != null && !member.isWaiting()) {
            String reason = "member " + memberId + " gave no sign of life for its session timeout";
            remove(group, member, ErrorCode.UNKNOWN_MEMBER_ID, effects);
            left(group, reason, effects);
        }
        return effects.answer(null);
    }

    private record JoinKey(String groupId) {}

    private record SyncKey(String groupId) {}
}
