package io.flotilla.broker.machine;

import io.flotilla.broker.env.EventLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@link Timers} on the partition's own loop. */
final class LoopTimers implements Timers {
    private final EventLoop loop;
    private final Consumer<Supplier<? extends Outcome<?>>> runner;
    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** @param runner runs a command whose time has come */
    LoopTimers(EventLoop loop, Consumer<Supplier<? extends Outcome<?>>> runner) {
        this.loop = loop;
        this.runner = runner;
    }

    @Override
    public void schedule(Object key, long delayMs, Supplier<? extends Outcome<?>> command) {
        cancel(key);
        Entry entry = new Entry(command);
        entries.put(key, entry);
        entry.timer = loop.schedule(() -> fire(key, entry), delayMs);
    }

    @Override
    public void cancel(Object key) {
        Entry entry = entries.remove(key);
        if (entry != null) {
            entry.timer.cancel();
        }
    }

    void cancelAll() {
        entries.values().forEach(entry -> entry.timer.cancel());
        entries.clear();
    }

    private void fire(Object key, Entry entry) {
        // The loop may already have queued a timer that was cancelled or replaced meanwhile.
        if (entries.remove(key, entry)) {
            runner.accept(entry.command);
        }
    }

    private static final class Entry {
        final Supplier<? extends Outcome<?>> command;
        EventLoop.Timer timer;

        Entry(Supplier<? extends Outcome<?>> command) {
            this.command = command;
        }
    }
}
