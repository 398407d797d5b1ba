package io.flotilla.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Time and chance of one simulation. Things happen one at a time, in the order of their moments and, within one, in the order
 * they were planned; the same seed gives the same sequence. For one thread.
 */
final class SimWorld {
    static final long MILLIS = 1_000_000;
    static final long SECOND = 1_000 * MILLIS;

    private final EventQueue events = new EventQueue();
    private final SplittableRandom seeds;
    private final Trace trace;
    private long now;
    private long happened;
    private SimProcess current;
    private SimLoop currentLoop;
    private SimulationFailure failure;

    SimWorld(long seed, Trace trace) {
        this.seeds = new SplittableRandom(seed);
        this.trace = trace;
    }

    /** True time in nanoseconds since the simulation began; what clocks show may differ. */
    long now() {
        return now;
    }

    /** Events so far. */
    long happened() {
        return happened;
    }

    Trace trace() {
        return trace;
    }

    /** Numbers for the sole use of the caller. */
    RandomGenerator newRandom() {
        return seeds.split();
    }

    /** Plans something for a moment from now, in nanoseconds. */
    EventQueue.Event after(long delayNanos, Runnable action) {
        return events.add(now + Math.max(0, delayNanos), action);
    }

    /** Lets the next thing happen; false when nothing is planned. */
    boolean step() {
        EventQueue.Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.at();
        happened++;
        trace.event(now, event.number());
        event.run();
        current = null;
        currentLoop = null;
        return true;
    }

    /** Says whose code runs from here to the end of the event. */
    void enter(SimProcess process, SimLoop loop) {
        current = process;
        currentLoop = loop;
    }

    /** Whose code runs, or null. */
    SimProcess current() {
        return current;
    }

    SimLoop currentLoop() {
        return currentLoop;
    }

    /** The first thing found wrong is what the simulation fails with. */
    void fail(String what, Throwable cause) {
        if (failure == null) {
            failure = new SimulationFailure(what, cause);
            trace.note(now, "FAILED: " + what);
        }
    }

    SimulationFailure failure() {
        return failure;
    }

    /** Notes something for whoever reads the trace; counts for the hash too. */
    void note(String what) {
        trace.note(now, what);
    }
}
