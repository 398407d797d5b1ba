package io.flotilla.raft.host;

import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.SendSnapshot;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.quorum.Configuration;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a leading group sends of snapshots: part by part, each when the last is acknowledged. A snapshot that was begun is kept
 * until its last part has left, so that a follower can go on after a broken link. Used on the group's loop only.
 */
final class SnapshotFeed {
    /** A snapshot on its way to one follower. */
    private record Outgoing(long index, int term, Configuration configuration, ByteBuf bytes, int crc) {}

    private final RaftGroup group;
    private final RaftCore core;
    private final GroupStorage storage;
    private final Outbox outbox;
    private final Map<Integer, Outgoing> begun = new TreeMap<>();

    SnapshotFeed(RaftGroup group, GroupStorage storage, Outbox outbox) {
        this.group = group;
        this.core = group.core();
        this.storage = storage;
        this.outbox = outbox;
    }

    /** Another role or term, or the end: nothing more is sent. */
    void stop() {
        begun.values().forEach(snapshot -> snapshot.bytes().release());
        begun.clear();
    }

    void send(SendSnapshot intent) {
        Outgoing snapshot = begun.get(intent.peer());
        if (snapshot != null && snapshot.index() >= intent.minIndex()) {
            sendPart(intent, snapshot);
            return;
        }
        storage.readSnapshot(new GroupStorage.SnapshotCallback() {
            @Override
            public void read(long lastIndex, int lastTerm, ByteBuf payload) {
                if (group.isClosed() || !core.isCurrent(intent)) {
                    payload.release();
                    return;
                }
                if (lastIndex < intent.minIndex()) {
                    payload.release();
                    failed(); // The log has moved on from it; there will be a newer one.
                    return;
                }
                Outgoing fresh = new Outgoing(
                        lastIndex, lastTerm, core.configurationAt(lastIndex), payload, Checksum.of(payload));
                Outgoing former = begun.put(intent.peer(), fresh);
                if (former != null) {
                    former.bytes().release();
                }
                sendPart(intent, fresh);
            }

            @Override
            public void failed() {
                if (core.isCurrent(intent)) {
                    group.input(() -> core.sendFailed(intent.peer()));
                }
            }
        });
    }

    private void sendPart(SendSnapshot intent, Outgoing snapshot) {
        int total = snapshot.bytes().readableBytes();
        boolean goesOn = intent.heldIndex() == snapshot.index() && intent.heldBytes() <= total;
        int offset = goesOn ? (int) intent.heldBytes() : 0;
        int size = Math.min(FollowerFeed.MAX_PAYLOAD_BYTES, total - offset);
        ByteBuf part = snapshot.bytes().retainedSlice(snapshot.bytes().readerIndex() + offset, size);
        outbox.add(
                intent.peer(),
                group.id(),
                new SnapshotRequest(
                        intent.term(),
                        snapshot.index(),
                        snapshot.term(),
                        snapshot.configuration(),
                        offset,
                        total,
                        snapshot.crc(),
                        Checksum.of(part)),
                part);
        if (offset + size == total) {
            begun.remove(intent.peer());
            snapshot.bytes().release();
        }
    }
}
