package io.flotilla.broker.api;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.Replica;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Holds the answer to a change of the metadata group's voters back until the group has carried it out. Thread-safe. */
public final class VoterChanges {
    private static final long LOOK_MS = 20;

    private final Supplier<Replica> metadata;
    private final Clock clock;

    /** @param metadata this broker's replica of the metadata log */
    public VoterChanges(Supplier<Replica> metadata, Clock clock) {
        this.metadata = metadata;
        this.clock = clock;
    }

    /**
     * Completes with true when the broker is a voter, or is none, as wanted and that is settled, or when another broker leads
     * by now and sees to it; with false after the timeout.
     */
    CompletableFuture<Boolean> await(EventLoop loop, int broker, boolean isVoter, long timeoutMs) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        look(loop, broker, isVoter, clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs), done);
        return done;
    }

    private void look(
            EventLoop loop, int broker, boolean isVoter, long deadlineNanos, CompletableFuture<Boolean> done) {
        Replica replica = metadata.get();
        boolean settled = replica == null
                || !replica.isLeading()
                || replica.membership().wanted().contains(broker) == isVoter
                        && !replica.membership().isPending();
        if (settled) {
            done.complete(true);
        } else if (clock.nanoTime() - deadlineNanos >= 0) {
            done.complete(false);
        } else {
            loop.schedule(() -> look(loop, broker, isVoter, deadlineNanos, done), LOOK_MS);
        }
    }
}
