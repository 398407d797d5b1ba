package io.flotilla.broker.group;

import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One group: who is in it, and what it has committed. Facts and questions about them; what follows from an event is decided
 * in {@link Rebalances} and its callers.
 */
final class Group {
    static final int NO_GENERATION = -1;
    static final long NO_TIMESTAMP = -1;

    final String id;
    final OffsetTable offsets;

    int generation;
    /** Null until somebody has joined. */
    String protocolType;
    /** The protocol of this generation; null when there are no members. */
    String protocol;
    /** Member id of the leader; null when there are no members. */
    String leader;
    /** In the rebalance that began with an empty group: more members may be on their way. */
    boolean inInitialDelay;
    /** A member was added during the initial delay since it was last looked at. */
    boolean grewDuringDelay;
    /** Members who have not asked for their assignment in this generation. */
    final Set<String> unsynced = new LinkedHashSet<>();
    /** Ids given out to members who are expected to join with them. */
    final Set<String> pending = new LinkedHashSet<>();

    private GroupState state = GroupState.EMPTY;
    private long stateTimestamp = NO_TIMESTAMP;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> staticMembers = new HashMap<>();
    /** How many members can follow each protocol. */
    private final Map<String, Integer> supporters = new HashMap<>();

    Group(String id) {
        this(id, new OffsetTable());
    }

    Group(String id, OffsetTable offsets) {
        this.id = id;
        this.offsets = offsets;
    }

    GroupState state() {
        return state;
    }

    /** When the state last changed, in milliseconds since the epoch; {@link #NO_TIMESTAMP} when unknown. */
    long stateTimestamp() {
        return stateTimestamp;
    }

    void enter(GroupState next, long timestamp) {
        state = next;
        stateTimestamp = timestamp;
    }

    Collection<Member> members() {
        return members.values();
    }

    /** The member, or null. */
    Member member(String memberId) {
        return members.get(memberId);
    }

    /** Member id of the static member, or null. */
    String staticMember(String instanceId) {
        return staticMembers.get(instanceId);
    }

    boolean isLeader(Member member) {
        return member.id.equals(leader);
    }

    void add(Member member) {
        if (members.isEmpty() && leader == null) {
            leader = member.id;
        }
        members.put(member.id, member);
        if (member.isStatic()) {
            staticMembers.put(member.instanceId, member.id);
        }
        pending.remove(member.id);
        count(member.protocols, 1);
    }

    void remove(Member member) {
        members.remove(member.id);
        if (member.isStatic()) {
            staticMembers.remove(member.instanceId, member.id);
        }
        unsynced.remove(member.id);
        count(member.protocols, -1);
        if (member.id.equals(leader)) {
            leader = members.isEmpty() ? null : members.keySet().iterator().next();
        }
    }

    /** The new member takes the place of the old one: its assignment, and its leadership if it had that. */
    void replace(Member old, Member next) {
        boolean led = isLeader(old);
        boolean owedSync = unsynced.contains(old.id);
        remove(old);
        next.assignment = old.assignment;
        add(next);
        if (led) {
            leader = next.id;
        }
        if (owedSync) {
            unsynced.add(next.id);
        }
    }

    void changeProtocols(Member member, List<Protocol> protocols) {
        count(member.protocols, -1);
        member.protocols = protocols;
        count(protocols, 1);
    }

    /** Whether a member with these protocols could be in the group: type equal, and one protocol that all can follow. */
    boolean accepts(String type, List<Protocol> protocols) {
        if (state == GroupState.EMPTY && members.isEmpty()) {
            return !type.isEmpty() && !protocols.isEmpty();
        }
        return type.equals(protocolType) && protocols.stream().anyMatch(protocol -> supportedByAll(protocol.name()));
    }

    /** Whether the identity is a member's; static members are fenced when another took their instance id (KIP-345). */
    ErrorCode check(MemberIdentity identity) {
        if (identity.instanceId() != null) {
            String current = staticMembers.get(identity.instanceId());
            if (current == null) {
                return ErrorCode.UNKNOWN_MEMBER_ID;
            }
            return current.equals(identity.memberId()) ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID;
        }
        return members.containsKey(identity.memberId()) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    }

    /** Each member votes for its best protocol that all can follow; the most votes win, ties go to the first voter's. */
    String electProtocol() {
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (Member member : members.values()) {
            for (Protocol protocol : member.protocols) {
                if (supportedByAll(protocol.name())) {
                    votes.merge(protocol.name(), 1, Integer::sum);
                    break;
                }
            }
        }
        String winner = null;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (winner == null || vote.getValue() > votes.get(winner)) {
                winner = vote.getKey();
            }
        }
        return winner;
    }

    /** Makes sure that a member who has joined leads; false if nobody has. */
    boolean electLeader() {
        Member current = leader == null ? null : members.get(leader);
        if (current != null && current.joining != null) {
            return true;
        }
        for (Member member : members.values()) {
            if (member.joining != null) {
                leader = member.id;
                return true;
            }
        }
        return false;
    }

    /** Nobody is missing from the rebalance under way. */
    boolean allJoined() {
        return pending.isEmpty() && members.values().stream().allMatch(member -> member.joining != null);
    }

    int joinedCount() {
        int joined = 0;
        for (Member member : members.values()) {
            joined += member.joining != null ? 1 : 0;
        }
        return joined;
    }

    /** The longest that any member may take to join again, in milliseconds. */
    int rebalanceTimeoutMs() {
        int longest = 0;
        for (Member member : members.values()) {
            longest = Math.max(longest, member.rebalanceTimeoutMs);
        }
        return longest;
    }

    /** What the leader needs to assign. */
    List<JoinResult.JoinedMember> membersForLeader() {
        List<JoinResult.JoinedMember> all = new ArrayList<>(members.size());
        for (Member member : members.values()) {
            all.add(new JoinResult.JoinedMember(member.id, member.instanceId, member.metadata(protocol)));
        }
        return all;
    }

    private boolean supportedByAll(String name) {
        return supporters.getOrDefault(name, 0) == members.size();
    }

    private void count(List<Protocol> protocols, int by) {
        Set<String> names = new LinkedHashSet<>();
        for (Protocol protocol : protocols) {
            if (names.add(protocol.name())) {
                supporters.merge(protocol.name(), by, (a, b) -> a + b == 0 ? null : a + b);
            }
        }
    }
}
