package io.flotilla.log.flush;

import io.flotilla.log.redo.RedoFrame;
import io.flotilla.log.redo.RedoJournal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a round that is made durable with one sync, of the redo journal: the targets that have but a few small appends. Without
 * it each would have its file synced, and a round of many would wake up as many threads. Used by
 * one round after the other, and in each by one thread at a time.
 */
final class SharedFlush {
    /** Most bytes of one: more is written to a disk faster once than twice. */
    private static final int MOST_BYTES = 512 << 10;

    private static final int MOST_TARGETS = 512;

    private final RedoFrame frame = new RedoFrame();
    private final List<RedoTarget> targets = new ArrayList<>();
    /** What the frame holds and is not durable yet. */
    private final List<RedoTarget> written = new ArrayList<>();

    private RedoJournal redo;

    /**
     * Takes those that can share a sync out of a round's targets, and those that turn out to have nothing to do.
     *
     * @return false if there are none that can, or no room for them in the journal
     */
    boolean take(List<FlushTarget> from, RedoJournal journal) {
        redo = journal;
        frame.clear();
        targets.clear();
        written.clear();
        int bytes = 0;
        int left = 0;
        for (int i = 0; i < from.size(); i++) {
            FlushTarget target = from.get(i);
            int more = target instanceof RedoTarget small ? small.redoBytes() : RedoTarget.NOT_BY_REDO;
            if (more == RedoTarget.NOT_BY_REDO || bytes + more > MOST_BYTES || targets.size() == MOST_TARGETS) {
                from.set(left++, target);
            } else if (more > 0) {
                targets.add((RedoTarget) target);
                bytes += more;
            }
        }
        while (from.size() > left) {
            from.remove(from.size() - 1);
        }
        if (targets.isEmpty() || redo.hasRoomFor(bytes, targets.size())) {
            return !targets.isEmpty();
        }
        from.addAll(targets);
        return false;
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
