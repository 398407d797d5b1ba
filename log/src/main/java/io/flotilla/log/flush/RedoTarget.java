package io.flotilla.log.flush;

import io.flotilla.log.redo.Debtor;
import io.flotilla.log.redo.RedoFrame;
import java.io.IOException;

/** A target whose work may be made durable by a sync of the redo journal, shared with others, when there is only a little. */
public abstract class RedoTarget extends FlushTarget implements Debtor {
    /** Said by {@link #redoBytes} of work that {@link #flush} must do. */
    protected static final int NOT_BY_REDO = -1;

    /**
     * How many bytes of work are queued, if that is nothing but small appends: then {@link #write} may be called next. Like
     * {@link #flush}, none of these methods is called while another is running.
     *
     * @return 0 if there is nothing to do, or {@link #NOT_BY_REDO}
     */
    protected abstract int redoBytes();

    /**
     * Does the work that {@link #redoBytes} has seen, without syncing it, and adds it to a frame. Then {@link #redone} is called, or
     * {@link #flush}, which is to do it again.
     *
     * @throws io.flotilla.log.fs.ShortageException as {@link #flush}; nothing was added then
     */
    protected abstract void write(RedoFrame frame) throws IOException;

    /** What {@link #write} has added to the frame is durable. */
    protected abstract void redone();
}
