package io.flotilla.log.flush;

import io.flotilla.log.LogFailure;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Something with work for the disk, done in a {@link Flusher}'s rounds. */
public abstract class FlushTarget {
    final AtomicBoolean dirty = new AtomicBoolean();

    /**
     * Does, in order, all work queued before the call, and syncs it. Called on a background thread, never twice at a time;
     * one call sees what an earlier one did.
     *
     * @throws io.flotilla.log.fs.ShortageException when there is no room, or no file can be opened: what could not be done is
     *     kept, and tried again by the next call
     * @throws IOException when the disk failed: the whole directory is fenced
     */
    protected abstract void flush() throws IOException;

    /** No more work will be done, queued work is to be dropped: called on any thread, at least once after a failure. */
    protected abstract void abandon(LogFailure failure);

    /** Lets go of what was kept because of a shortage. Never called while {@link #flush} runs. */
    protected void drop() {}
}
