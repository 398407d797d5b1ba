package io.flotilla.log.flush;

import io.flotilla.log.redo.RedoFrame;
import io.flotilla.log.redo.RedoJournal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a round that is made durable with one sync, of the redo journal: the targets that have but a few small appends. Without
 * it each would have its file synced, and a round of many would wake up as many threads. Used by one thread.
 */
final class SharedFlush {
    /** Most bytes of one: more is written to a disk faster once than twice. */
    private static final int MOST_BYTES = 512 << 10;

    private static final int MOST_TARGETS = 512;

    private final RedoJournal redo;
    private final RedoFrame frame;
    private final List<RedoTarget> targets;
    /** What the frame holds and is not durable yet. */
    private final List<RedoTarget> written = new ArrayList<>();

    private SharedFlush(RedoJournal redo, RedoFrame frame, List<RedoTarget> targets) {
        this.redo = redo;
        this.frame = frame;
        this.targets = targets;
    }

    /**
     * Takes those that can share a sync out of a round's targets, and those that turn out to have nothing to do.
     *
     * @param frame to be used for it
     * @return null if none can
     */
    static SharedFlush of(List<FlushTarget> targets, RedoJournal redo, RedoFrame frame) {
        List<RedoTarget> sharing = new ArrayList<>();
        List<FlushTarget> alone = new ArrayList<>();
        int bytes = 0;
        for (FlushTarget target : targets) {
            int more = target instanceof RedoTarget small ? small.redoBytes() : RedoTarget.NOT_BY_REDO;
            if (more == RedoTarget.NOT_BY_REDO || bytes + more > MOST_BYTES || sharing.size() == MOST_TARGETS) {
                alone.add(target);
            } else if (more > 0) {
                sharing.add((RedoTarget) target);
                bytes += more;
            }
        }
        targets.clear();
        targets.addAll(alone);
        if (!sharing.isEmpty() && redo.hasRoomFor(bytes, sharing.size())) {
            frame.clear();
            return new SharedFlush(redo, frame, sharing);
        }
        targets.addAll(sharing);
        return null;
    }

    List<RedoTarget> targets() {
        return targets;
    }

    /** Has a target's work written to its segment and added to the frame. */
    void write(RedoTarget target) throws IOException {
        target.write(frame);
        written.add(target);
    }

    /** Makes durable what was written. */
    void commit() throws IOException {
        if (!written.isEmpty()) {
            redo.commit(frame, written);
            written.forEach(RedoTarget::redone);
            written.clear();
        }
    }

    /** What was written and is not durable. */
    List<RedoTarget> uncommitted() {
        return written;
    }
}
