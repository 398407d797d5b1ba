package io.flotilla.sim;

import io.flotilla.broker.env.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;

/** An event loop in virtual time. Each turn runs what was submitted before it and takes a few microseconds. */
final class SimLoop implements EventLoop {
    private static final long TURN_NANOS = 2_000;

    private final SimWorld world;
    private final SimProcess process;
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private boolean planned;

    SimLoop(SimWorld world, SimProcess process) {
        this.world = world;
        this.process = process;
    }

    @Override
    public boolean inEventLoop() {
        return world.currentLoop() == this;
    }

    @Override
    public void execute(Runnable task) {
        if (process.isAlive()) {
            ready.add(task);
            wake();
        }
    }

    @Override
    public Timer schedule(Runnable task, long delayMs) {
        EventQueue.Event event = world.after(process.trueDuration(delayMs * SimWorld.MILLIS), () -> runNow(task));
        return event::cancel;
    }

    /** Plans a turn, unless one is planned or the process is halted. */
    void wake() {
        if (!planned && !ready.isEmpty() && !process.isHalted()) {
            planned = true;
            world.after(TURN_NANOS, () -> {
                planned = false;
                turn();
            });
        }
    }

    /** Runs a task that came from outside at this moment, after those that wait already. Only while no other code runs. */
    void runNow(Runnable task) {
        if (process.isAlive()) {
            ready.add(task);
            if (!planned) {
                turn();
            }
        }
    }

    private void turn() {
        if (!process.isAlive() || process.isHalted()) {
            return;
        }
        world.enter(process, this);
        for (int left = ready.size(); left > 0 && process.isAlive(); left--) {
            process.run(ready.remove());
        }
        world.enter(null, null);
        process.ran();
        wake();
    }
}
