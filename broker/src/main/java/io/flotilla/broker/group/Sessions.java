package io.flotilla.broker.group;

import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.Timers;
import java.util.function.BiFunction;

/** The clocks that run against members: one timer for each, set back at every sign of life. */
final class Sessions {
    /**
     * How long a join of a new member is kept without an answer. Such a member cannot send heartbeats, and a client that
     * went away and tries again leaves one behind each time.
     */
    private static final int NEW_MEMBER_TIMEOUT_MS = 300_000;

    private final Timers timers;
    private final BiFunction<String, String, Outcome<?>> expired;

    /** @param expired command for a group id and a member id whose time is over */
    Sessions(Timers timers, BiFunction<String, String, Outcome<?>> expired) {
        this.timers = timers;
        this.expired = expired;
    }

    /** The member lives: its session starts again. */
    void touch(Group group, Member member) {
        start(group, member.id, member.isNew ? NEW_MEMBER_TIMEOUT_MS : member.sessionTimeoutMs);
    }

    /** An id was given out; it is good for joining for this long. */
    void expect(Group group, String memberId, int timeoutMs) {
        start(group, memberId, timeoutMs);
    }

    void end(Group group, String memberId) {
        timers.cancel(new Key(group.id, memberId));
    }

    private void start(Group group, String memberId, int timeoutMs) {
        String groupId = group.id;
        timers.schedule(new Key(groupId, memberId), timeoutMs, () -> expired.apply(groupId, memberId));
    }

    private record Key(String groupId, String memberId) {}
}
