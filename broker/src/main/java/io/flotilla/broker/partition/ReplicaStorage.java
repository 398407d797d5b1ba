package io.flotilla.broker.partition;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.Damage;
import io.flotilla.log.LogSnapshot;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.InvalidSnapshotException;
import io.flotilla.raft.core.HardState;
import io.flotilla.raft.host.GroupStorage;
import io.flotilla.raft.message.ConfigurationCodec;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.MalformedMessageException;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Raft group's storage on a partition's log and the directory's journal: translates between entries and record batches.
 * Raft's own entries are control batches that take no offset. Used on the replica's loop only.
 */
final class ReplicaStorage implements GroupStorage {
    private final int nodeId;
    private final PartitionLog log;
    private final HardStateJournal journal;
    private final EventLoop loop;
    private final Clock clock;
    private final ByteBufAllocator allocator;
    private final Consumer<Throwable> failed;
    private final Runnable installed;
    private final Consumer<Damage> onDamage;
    private final BatchCursor cursor = new BatchCursor();

    /** A snapshot being made durable: its last index, and whom to tell. */
    private long installingIndex = -1;

    private InstallCallback installing;

    /**
     * @param failed told when the group must stop
     * @param installed told when a snapshot has replaced the log in memory, before it is durable
     * @param onDamage told of damage that a read found
     */
    ReplicaStorage(
            int nodeId,
            PartitionLog log,
            HardStateJournal journal,
            Shard shard,
            Consumer<Throwable> failed,
            Runnable installed,
            Consumer<Damage> onDamage) {
        this.nodeId = nodeId;
        this.log = log;
        this.journal = journal;
        this.loop = shard.loop();
        this.clock = shard.clock();
        this.allocator = shard.allocator();
        this.failed = failed;
        this.installed = installed;
        this.onDamage = onDamage;
    }

    /** The log is durable up to this index: completes an installation. */
    void durable(long index) {
        if (installing != null && index >= installingIndex) {
            InstallCallback done = installing;
            installing = null;
            done.installed();
        }
    }

    @Override
    public void persist(HardState state, Runnable persisted) {
        journal.save(log.id().group(), new io.flotilla.log.state.HardState(state.term(), state.votedFor()), loop)
                .whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        if (state.isForgetful()) {
                            // From now on the journal says so.
                            log.remember();
                        }
                        persisted.run();
                    } else {
                        failed.accept(failure);
                    }
                });
    }

    @Override
    public void truncateFrom(long index) {
        log.truncateFrom(index);
    }

    @Override
    public void append(EntryRef entry, ByteBuf bytes) {
        long last = log.append(bytes, entry.term(), clock.millis());
        if (last != entry.lastIndex()) {
            throw new IllegalStateException(
                    "log and Raft disagree: entry ends at " + entry.lastIndex() + ", appended up to " + last);
        }
    }

    @Override
    public void appendReceived(List<EntryRef> entries, ByteBuf bytes) {
        log.appendReplicated(bytes, clock.millis());
    }

    @Override
    public void read(long firstIndex, int maxBytes, ReadCallback callback) {
        log.readEntries(firstIndex, log.lastIndex(), maxBytes).whenComplete((result, failure) -> {
            if (result instanceof ReadResult.Batches batches) {
                callback.read(batches.lastIndex(), batches.bytes());
            } else if (result instanceof ReadResult.Damaged damaged) {
                onDamage.accept(damaged.damage());
                callback.failed();
            } else {
                callback.failed();
            }
        });
    }

    @Override
    public void readSnapshot(SnapshotCallback callback) {
        LogSnapshot snapshot = log.snapshotForInstall();
        ByteBuf payload = allocator.buffer(snapshot.bytes().length).writeBytes(snapshot.bytes());
        callback.read(snapshot.index(), snapshot.term(), payload);
    }

    @Override
    public void installSnapshot(long lastIndex, int lastTerm, ByteBuf payload, InstallCallback callback) {
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes).release();
        try {
            log.installSnapshot(bytes);
        } catch (InvalidSnapshotException e) {
            callback.failed("a snapshot cannot be used: " + e.getMessage());
            return;
        }
        installingIndex = lastIndex;
        installing = callback;
        installed.run();
    }

    @Override
    public List<EntryRef> parse(long firstIndex, ByteBuf bytes) {
        List<EntryRef> entries = new ArrayList<>();
        long index = firstIndex;
        cursor.wrap(bytes);
        for (BatchCursor.Step step = cursor.next(); step != BatchCursor.Step.END; step = cursor.next()) {
            if (step != BatchCursor.Step.BATCH || !cursor.batch().isCrcValid()) {
                throw new IllegalArgumentException("entries after index " + (index - 1) + " arrived damaged");
            }
            try {
                entries.add(parse(index, cursor.batch()));
            } catch (InvalidBatchException | MalformedMessageException e) {
                throw new IllegalArgumentException("entry at index " + index + ": " + e.getMessage(), e);
            }
            index = entries.get(entries.size() - 1).lastIndex() + 1;
        }
        return entries;
    }

    @Override
    public ByteBuf fitting(long firstIndex, ByteBuf bytes) {
        return log.fitting(firstIndex, bytes);
    }

    private static EntryRef parse(long index, RecordBatch batch) {
        int term = batch.partitionLeaderEpoch();
        int size = batch.sizeInBytes();
        if (!batch.isRaftEntry()) {
            return EntryRef.records(index, index + batch.offsetCount() - 1, term, size);
        }
        RaftEntryBatch entry = RaftEntryBatch.parse(batch);
        return switch (entry.type()) {
            case LEADER_CHANGE -> EntryRef.single(index, term, EntryKind.LEADER_CHANGE, size);
            case LOG_START -> EntryRef.single(index, term, EntryKind.CONTROL, size);
            case VOTERS -> EntryRef.configuration(index, term, ConfigurationCodec.read(entry.value()), size);
        };
    }

    @Override
    public ByteBuf encode(EntryRef entry) {
        long offset = log.logEndOffset();
        long now = clock.millis();
        if (entry.kind() == EntryKind.LEADER_CHANGE) {
            return RaftEntryBatch.buildLeaderChange(allocator, offset, entry.term(), now, nodeId);
        }
        ByteBuf voters = Unpooled.buffer();
        ConfigurationCodec.write(voters, entry.configuration());
        return RaftEntryBatch.build(allocator, offset, entry.term(), now, RaftEntryBatch.Type.VOTERS, voters);
    }
}
