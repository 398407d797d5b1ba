package io.flotilla.log.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Signatures first; the code follows. */
public final class HardStateJournal {
    /** What was last saved for a group, or {@link HardState#NONE}. */
    public HardState load(GroupId group) {
        throw new UnsupportedOperationException();
    }

    /** Saves durably; completes on the loop. */
    public CompletableFuture<Void> save(GroupId group, HardState state, Executor loop) {
        throw new UnsupportedOperationException();
    }

    /** Forgets a group whose replica was removed. Durable with the next save. */
    public void forget(GroupId group) {
        throw new UnsupportedOperationException();
    }
}
