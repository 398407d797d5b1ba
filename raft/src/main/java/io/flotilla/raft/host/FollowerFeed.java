package io.flotilla.raft.host;

import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.Replicate;
import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.RaftMessage;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a leading group sends its followers: entries as they are read from the log, and news of commits. Used on
 * the group's loop only.
 */
final class FollowerFeed {
    /** Payload of one message: large enough to stream, small enough to leave room for other groups. */
    static final int MAX_PAYLOAD_BYTES = 1 << 20;

    private final RaftGroup group;
    private final RaftCore core;
    private final GroupStorage storage;
    private final Outbox outbox;
    private final int nodeId;

    /** The commit index last told to each follower in this term. */
    private final Map<Integer, Long> told = new TreeMap<>();

    private final LearnerThrottle throttle;

    FollowerFeed(RaftGroup group, GroupStorage storage, Outbox outbox, int nodeId, LearnerThrottle throttle) {
        this.group = group;
        this.core = group.core();
        this.storage = storage;
        this.outbox = outbox;
        this.nodeId = nodeId;
        this.throttle = throttle;
    }

    /** Another role or term: nobody was told anything yet. */
    void restart() {
        told.clear();
    }

    void replicate(Replicate intent) {
        if (intent.nextIndex() > core.lastIndex()) {
            sendAppend(intent, intent.prevIndex(), null);
        } else if (isCopying(intent)) {
            throttle.admit(() -> {
                if (!group.isClosed() && core.isCurrent(intent)) {
                    readAndSend(intent, throttle.chunk(MAX_PAYLOAD_BYTES));
                }
            });
        } else {
            readAndSend(intent, MAX_PAYLOAD_BYTES);
        }
    }

    /** Whether these are old entries for a new replica, and not what the others are sent too. */
    private boolean isCopying(Replicate intent) {
        return intent.nextIndex() <= core.commitIndex()
                && core.configuration().learners().contains(intent.peer());
    }

    private void readAndSend(Replicate intent, int maxBytes) {
        boolean copying = isCopying(intent);
        storage.read(intent.nextIndex(), maxBytes, new GroupStorage.ReadCallback() {
            @Override
            public void read(long lastIndex, ByteBuf bytes) {
                if (copying) {
                    throttle.spent(bytes.readableBytes());
                }
                sendAppend(intent, lastIndex, bytes);
            }

            @Override
            public void failed() {
                if (core.isCurrent(intent)) {
                    group.input(() -> core.sendFailed(intent.peer()));
                }
            }
        });
    }

    private void sendAppend(Replicate intent, long lastIndex, ByteBuf bytes) {
        if (group.isClosed() || !core.isCurrent(intent)) {
            if (bytes != null) {
                bytes.release();
            }
            return;
        }
        long commit = core.commitIndex();
        int size = bytes == null ? 0 : bytes.readableBytes();
        outbox.add(
                intent.peer(),
                group.id(),
                AppendRequest.probe(intent.term(), intent.prevIndex(), intent.prevTerm(), commit),
                bytes);
        told.put(intent.peer(), commit);
        group.input(() -> core.sent(intent, lastIndex, size));
    }

    /** Tells followers how far entries are committed, where no append has told them. */
    void sendCommitNotices() {
        long commit = core.commitIndex();
        RaftMessage notice = new CommitNotice(core.term(), commit, core.termAt(commit));
        core.configuration().members().forEach(node -> {
            if (node != nodeId && told.getOrDefault(node, -1L) < commit) {
                told.put(node, commit);
                outbox.add(node, group.id(), notice, null);
            }
        });
    }
}
