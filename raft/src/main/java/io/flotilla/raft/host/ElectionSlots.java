package io.flotilla.raft.host;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds how many elections are under way at once on a shard: when a broker dies, thousands of groups want another leader, and
 * if all asked together, answers would come so late that all would ask again. An election that takes too long gives its
 * place to others, so that some that cannot be won hold nobody up.
 */
final class ElectionSlots {
    private static final int SLOTS = 200;

    /** Half a second at the usual tick. */
    private static final int TICKS_PER_ELECTION = 25;

    /** The groups that stand for election, and the tick since which they do, oldest first. */
    private final Map<RaftGroup, Long> since = new LinkedHashMap<>();

    private long tick;

    /** Lets a tick pass. */
    void tick() {
        tick++;
        Iterator<Long> oldest = since.values().iterator();
        while (oldest.hasNext() && tick - oldest.next() >= TICKS_PER_ELECTION) {
            oldest.remove();
        }
    }

    /** True if another election may begin. */
    boolean isFree() {
        return since.size() < SLOTS;
    }

    /** A group stands for election. */
    void begin(RaftGroup group) {
        since.remove(group);
        since.put(group, tick);
    }

    /** A group does so no more. */
    void end(RaftGroup group) {
        since.remove(group);
    }
}
