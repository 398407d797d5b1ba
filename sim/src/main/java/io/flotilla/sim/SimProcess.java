package io.flotilla.sim;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.log.fs.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * One life of a process: its event loops, its threads for what blocks, and its view of time, which may drift and, by the wall,
 * jump. It can be halted for a while, and it ends without a word.
 */
final class SimProcess implements Scheduler, Clock, RandomSource {
    private static final long EPOCH_MS = 1_800_000_000_000L;

    private final String name;
    private final SimWorld world;
    private final RandomGenerator random;
    private final SplittableRandom generators;
    private final List<SimLoop> loops = new ArrayList<>();
    private final List<Runnable> heldBack = new ArrayList<>();
    private final long born;
    private boolean alive = true;
    private boolean halted;
    private Runnable observer = () -> {};

    /** How much faster than true time this machine's clock runs: 0.001 for a millisecond per second. */
    private double drift;

    private long wallOffsetMs;
    private long usualDiskDelay = 100_000;
    private long diskDelayNanos = usualDiskDelay;

    SimProcess(String name, SimWorld world, int loopCount) {
        this.name = name;
        this.world = world;
        this.random = world.newRandom();
        this.generators = new SplittableRandom(random.nextLong());
        this.born = world.now();
        for (int i = 0; i < loopCount; i++) {
            loops.add(new SimLoop(world, this));
        }
    }

    String name() {
        return name;
    }

    SimWorld world() {
        return world;
    }

    /** Told after each turn of a loop and each blocking task. */
    void observe(Runnable newObserver) {
        observer = newObserver;
    }

    /** The ports a broker or client in this process runs on. */
    Environment environment(Network network, FileSystem files) {
        return new Environment(this, this, network, files, this, HeapAllocator.INSTANCE);
    }

    // ---- life

    boolean isAlive() {
        return alive;
    }

    /** Alive, but not doing anything: stopped by a signal, or swapped out. */
    boolean isHalted() {
        return halted;
    }

    /** Ends it: nothing that it planned happens any more. */
    void die() {
        alive = false;
        heldBack.clear();
    }

    void halt() {
        halted = true;
    }

    void resume() {
        halted = false;
        if (alive) {
            loops.forEach(SimLoop::wake);
            heldBack.forEach(task -> world.after(0, task));
            heldBack.clear();
        }
    }

    /** Runs a piece of the process's code; what it throws is a finding, unless the process died of it. */
    void run(Runnable task) {
        try {
            task.run();
        } catch (SimCrash e) {
            if (alive) {
                throw e;
            }
        } catch (RuntimeException | Error e) {
            if (alive) {
                world.fail(name + ": a task ended with " + e, e);
            }
        }
    }

    void ran() {
        observer.run();
    }

    // ---- time

    void setDrift(double newDrift) {
        drift = newDrift;
    }

    void jump(long millis) {
        wallOffsetMs += millis;
    }

    /** How long in truth it takes until this process believes that so much time has passed. */
    long trueDuration(long nanos) {
        return (long) (nanos / (1 + drift));
    }

    @Override
    public long nanoTime() {
        long age = world.now() - born;
        return SimWorld.SECOND + age + (long) (age * drift);
    }

    @Override
    public long millis() {
        return EPOCH_MS + world.now() / SimWorld.MILLIS + wallOffsetMs;
    }

    // ---- threads

    @Override
    public int loops() {
        return loops.size();
    }

    @Override
    public EventLoop loop(int number) {
        return loops.get(number);
    }

    /** The loop for a new connection from outside. */
    SimLoop anyLoop() {
        return loops.get(loops.size() == 1 ? 0 : random.nextInt(loops.size()));
    }

    /** How long the disk takes for a task, about, while nothing is the matter with it. */
    void setUsualDiskDelay(long nanos) {
        usualDiskDelay = nanos;
        diskDelayNanos = nanos;
    }

    /** How long the disk takes for a task now, about. */
    void setDiskDelay(long nanos) {
        diskDelayNanos = nanos;
    }

    void resetDiskDelay() {
        diskDelayNanos = usualDiskDelay;
    }

    @Override
    public Executor blocking() {
        return task -> {
            if (alive) {
                world.after(diskDelayNanos / 2 + random.nextLong(diskDelayNanos), () -> runBlocking(task));
            }
        };
    }

    private void runBlocking(Runnable task) {
        if (!alive) {
            return;
        }
        if (halted) {
            heldBack.add(() -> runBlocking(task));
            return;
        }
        world.enter(this, null);
        run(task);
        world.enter(null, null);
        ran();
    }

    // ---- chance

    @Override
    public RandomGenerator newGenerator() {
        return generators.split();
    }

    @Override
    public UUID newUuid() {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        return new UUID(high, random.nextLong() & ~(3L << 62) | 2L << 62);
    }
}
