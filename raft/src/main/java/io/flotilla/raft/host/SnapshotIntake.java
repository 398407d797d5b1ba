package io.flotilla.raft.host;

import io.flotilla.raft.core.InstallSnapshot;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.TakePart;
import io.netty.buffer.ByteBuf;

/** What a following group does with a snapshot: collects its parts, and has storage install it. Used on the group's loop only. */
final class SnapshotIntake {
    private final RaftGroup group;
    private final RaftCore core;
    private final GroupStorage storage;
    private final GroupListener listener;
    private final IncomingSnapshot incoming;

    SnapshotIntake(RaftGroup group, GroupStorage storage, GroupListener listener, IncomingSnapshot incoming) {
        this.group = group;
        this.core = group.core();
        this.storage = storage;
        this.listener = listener;
        this.incoming = incoming;
    }

    /** Takes a part; the bytes stay the caller's. */
    void take(TakePart part, ByteBuf bytes) {
        long held = incoming.take(part.part(), bytes);
        if (held == IncomingSnapshot.UNUSABLE) {
            listener.refused(part.from(), "a snapshot arrived damaged, or is too large");
        }
        core.partTaken(part, held);
    }

    void install(InstallSnapshot install) {
        ByteBuf all = incoming.takeAll();
        storage.installSnapshot(install.index(), install.term(), all, new GroupStorage.InstallCallback() {
            @Override
            public void installed() {
                group.input(() -> core.snapshotInstalled(install));
            }

            @Override
            public void failed(String reason) {
                listener.refused(install.from(), reason);
                group.input(() -> core.snapshotFailed(install));
            }
        });
    }

    /** Everything up to this index is here: a snapshot of that is not needed any more. */
    void reached(long index) {
        incoming.reached(index);
    }

    void drop() {
        incoming.drop();
    }
}
