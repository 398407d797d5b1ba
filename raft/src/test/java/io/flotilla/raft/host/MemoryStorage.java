package io.flotilla.raft.host;

import io.flotilla.raft.core.HardState;
import io.flotilla.raft.message.ConfigurationCodec;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.quorum.Configuration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A group's log in memory. What is appended becomes durable in a later turn of the loop, or when the test says so.
 *
 * <pre>entry on the wire: kind int8 | term int32 | indexes int32 | length int32 | content</pre>
 */
final class MemoryStorage implements GroupStorage {
    private record Stored(EntryRef ref, byte[] content) {}

    private final Executor loop;
    private final ByteBufAllocator allocator;
    private final List<Stored> entries = new ArrayList<>();
    private final List<Runnable> heldReads = new ArrayList<>();
    private RaftGroup group;
    private long baseIndex;
    private int baseTerm;
    private boolean syncing;

    /** Nothing becomes durable until {@link #releaseSyncs}. */
    boolean holdSyncs;

    /** Received entries look damaged. */
    boolean seesDamage;

    /** Reads are answered by {@link #releaseReads}. */
    boolean holdReads;
    /** Appends fail with this. */
    RuntimeException refusal;
    /** Snapshots are taken for damaged. */
    boolean refuseSnapshots;
    /** Makes snapshots larger. */
    String padding = "";
    /** The payload of the snapshot installed last, or null. */
    String installed;

    MemoryStorage(Executor loop, ByteBufAllocator allocator) {
        this.loop = loop;
        this.allocator = allocator;
    }

    void attach(RaftGroup toGroup) {
        group = toGroup;
    }

    /** The contents of all entries with records, oldest first. */
    List<String> records() {
        return entries.stream()
                .filter(entry -> entry.ref.kind() == EntryKind.RECORDS)
                .map(entry -> new String(entry.content, StandardCharsets.UTF_8))
                .toList();
    }

    long lastIndex() {
        return entries.isEmpty()
                ? baseIndex
                : entries.get(entries.size() - 1).ref.lastIndex();
    }

    /** Forgets everything up to an index that ends an entry: from then on that is the snapshot. */
    void compact(long index) {
        while (!entries.isEmpty() && entries.get(0).ref.lastIndex() <= index) {
            EntryRef gone = entries.remove(0).ref;
            baseIndex = gone.lastIndex();
            baseTerm = gone.term();
        }
        group.compacted(index + 1);
    }

    void releaseSyncs() {
        holdSyncs = false;
        sync();
    }

    void releaseReads() {
        holdReads = false;
        heldReads.forEach(loop::execute);
        heldReads.clear();
    }

    private void sync() {
        if (!holdSyncs && !syncing) {
            syncing = true;
            loop.execute(() -> {
                syncing = false;
                group.appended(lastIndex());
            });
        }
    }

    @Override
    public void persist(HardState state, Runnable persisted) {
        loop.execute(persisted);
    }

    @Override
    public void truncateFrom(long index) {
        entries.removeIf(entry -> entry.ref.firstIndex() >= index);
    }

    @Override
    public void append(EntryRef entry, ByteBuf bytes) {
        byte[] content = ByteBufUtil.getBytes(bytes);
        bytes.release();
        add(entry, content);
    }

    @Override
    public void appendReceived(List<EntryRef> received, ByteBuf bytes) {
        try {
            ByteBuf in = bytes.slice();
            for (EntryRef entry : received) {
                in.skipBytes(1 + 2 * Integer.BYTES);
                add(entry, ByteBufUtil.getBytes(in.readSlice(in.readInt())));
            }
        } finally {
            bytes.release();
        }
    }

    private void add(EntryRef entry, byte[] content) {
        if (refusal != null) {
            throw refusal;
        }
        if (entry.firstIndex() != lastIndex() + 1) {
            throw new AssertionError(entry + " appended after index " + lastIndex());
        }
        entries.add(new Stored(entry, content));
        sync();
    }

    @Override
    public void read(long firstIndex, int maxBytes, ReadCallback callback) {
        if (holdReads) {
            heldReads.add(() -> read(firstIndex, maxBytes, callback));
            return;
        }
        if (firstIndex <= baseIndex) {
            callback.failed();
            return;
        }
        ByteBuf out = allocator.buffer();
        long last = firstIndex - 1;
        for (Stored entry : entries) {
            boolean fits = out.readableBytes() == 0 || out.readableBytes() + entry.content.length <= maxBytes;
            if (entry.ref.firstIndex() == last + 1 && fits) {
                out.writeByte(entry.ref.kind().ordinal()).writeInt(entry.ref.term());
                out.writeInt((int) (entry.ref.lastIndex() - entry.ref.firstIndex() + 1));
                out.writeInt(entry.content.length).writeBytes(entry.content);
                last = entry.ref.lastIndex();
            }
        }
        callback.read(last, out);
    }

    @Override
    public void readSnapshot(SnapshotCallback callback) {
        ByteBuf payload = allocator.buffer();
        payload.writeCharSequence("all up to " + baseIndex + padding, StandardCharsets.UTF_8);
        callback.read(baseIndex, baseTerm, payload);
    }

    @Override
    public void installSnapshot(long lastIndex, int lastTerm, ByteBuf payload, InstallCallback callback) {
        String content = payload.toString(StandardCharsets.UTF_8);
        payload.release();
        if (refuseSnapshots) {
            callback.failed("damaged");
            return;
        }
        installed = content;
        entries.clear();
        baseIndex = lastIndex;
        baseTerm = lastTerm;
        loop.execute(callback::installed);
    }

    @Override
    public List<EntryRef> parse(long firstIndex, ByteBuf bytes) {
        if (seesDamage) {
            throw new IllegalArgumentException("damaged on the way");
        }
        List<EntryRef> found = new ArrayList<>();
        ByteBuf in = bytes.slice();
        for (long index = firstIndex; in.isReadable(); ) {
            EntryKind kind = EntryKind.values()[in.readByte()];
            int term = in.readInt();
            long last = index + in.readInt() - 1;
            int length = in.readInt();
            ByteBuf content = in.readSlice(length);
            Configuration configuration = kind == EntryKind.CONFIGURATION ? ConfigurationCodec.read(content) : null;
            // Sizes are of what lies between this entry and the next, as the host finds its way by them.
            found.add(new EntryRef(index, last, term, kind, length + 1 + 3 * Integer.BYTES, configuration));
            index = last + 1;
        }
        return found;
    }

    @Override
    public ByteBuf encode(EntryRef entry) {
        ByteBuf bytes = allocator.buffer();
        if (entry.configuration() != null) {
            ConfigurationCodec.write(bytes, entry.configuration());
        }
        return bytes;
    }
}
