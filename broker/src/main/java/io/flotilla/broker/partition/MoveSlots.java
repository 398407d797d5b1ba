package io.flotilla.broker.partition;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many partitions led by a broker change their members at the same time: were it all of them, their first copies and
 * elections would hold up everything else. Thread-safe.
 */
public final class MoveSlots {
    private final AtomicInteger free;

    public MoveSlots(int slots) {
        this.free = new AtomicInteger(slots);
    }

    /** Takes a slot if one is free; it must be given back. */
    boolean take() {
        return free.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    void giveBack() {
        free.incrementAndGet();
    }
}
