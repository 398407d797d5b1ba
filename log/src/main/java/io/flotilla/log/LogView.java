package io.flotilla.log;

import io.flotilla.log.index.EpochEnd;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.segment.LogState;
import io.flotilla.log.segment.Segment;
import io.flotilla.log.state.ProducerState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** All that can be asked of a {@link PartitionLog} without changing it. Like that, it belongs to one loop. */
public abstract class LogView {
    private final LogId id;
    private LogState state;
    private final DiskProgress disk;
    private LogReads reads;

    LogView(LogId id, LogState state) {
        this.id = id;
        this.state = state;
        this.disk = new DiskProgress(state.lastIndex());
    }

    // ---- Positions

    public LogId id() {
        return id;
    }

    /** Offset of the first record users may read. */
    public long logStartOffset() {
        return state.logStartOffset();
    }

    /** Offset the next record will get. Below the log start offset while a follower catches up after a snapshot. */
    public long logEndOffset() {
        return state.endOffset();
    }

    /** Index of the first entry present. */
    public long firstIndex() {
        return state.firstIndex();
    }

    /** Index of the last entry; {@code firstIndex() - 1} when empty. */
    public long lastIndex() {
        return state.lastIndex();
    }

    /** Term of the last entry; 0 if there has never been one. */
    public int lastTerm() {
        return state.termStarts().lastTerm();
    }

    /** Everything up to here is durable (with {@code write.caching}: written). */
    public long durableIndex() {
        return disk.durableIndex();
    }

    /** The largest index told to {@link #committed}; after opening, how far the log is known to be committed. */
    public long committedIndex() {
        return state.committedIndex();
    }

    /**
     * Term of an entry.
     *
     * @param index from {@code firstIndex() - 1} to {@code lastIndex()}
     */
    public int termAt(long index) {
        if (index < firstIndex() - 1 || index > lastIndex()) {
            throw new IllegalArgumentException(
                    "Index " + index + " is outside of " + firstIndex() + " to " + lastIndex());
        }
        return state.termStarts().termAt(index);
    }

    /**
     * The log end offset if the log ended at this index: makes a high watermark of a commit index.
     *
     * @param index {@code firstIndex() - 1} or later
     */
    public long offsetAfter(long index) {
        return state.raftEntries().offsetAfter(index);
    }

    /** Index of the record at an offset; for the log end offset the index it gets if it is appended next. */
    public long indexOf(long offset) {
        return state.raftEntries().indexOf(offset);
    }

    /** Where each term begins, oldest first. */
    public List<TermStart> termStarts() {
        return state.termStarts().list();
    }

    /** Where a leader epoch ends in this log (KIP-101, KIP-279). */
    public EpochEnd endOffsetForEpoch(int epoch) {
        return state.termStarts().endOffset(epoch, state.endOffset());
    }

    /** The configuration in force before the first entry, then those in the log, by index. */
    public List<Configuration> configurations() {
        return List.copyOf(state.configurations());
    }

    /** The idempotent producers; {@link #append} keeps it up to date. */
    public ProducerState producers() {
        return state.producers();
    }

    /** The segments, oldest first; the last is the active one. */
    public List<SegmentInfo> segments() {
        List<SegmentInfo> result = new ArrayList<>();
        for (int i = 0; i < state.segments().size(); i++) {
            Segment segment = state.segments().get(i);
            result.add(new SegmentInfo(
                    segment.baseOffset(), state.endOffsetOf(i), segment.size(), segment.maxTimestamp()));
        }
        return result;
    }

    /** Bytes of all segments, written or not. */
    public long sizeInBytes() {
        return state.sizeInBytes();
    }

    /** Index up to which other replicas may hold other bytes, because of compaction here or where this log was copied from; else 0. */
    public long alteredIndex() {
        long offset = Math.min(state.compaction().alteredTo(), state.endOffset());
        return offset <= offsetAfter(firstIndex() - 1) ? firstIndex() - 1 : indexOf(offset - 1);
    }

    /**
     * Entries of a leader as they fit this log: an empty batch that goes beyond where the two logs are known to agree, because
     * the leader's compaction made it of several, is made two.
     *
     * @param firstIndex index of the first entry
     * @param entries whole batches, their CRCs good; stay the caller's
     * @return the same buffer, or another one that the caller releases
     */
    public ByteBuf fitting(long firstIndex, ByteBuf entries) {
        return firstIndex > lastIndex() ? entries : EmptyEntries.split(this, firstIndex, entries);
    }

    // ---- Reads

    /**
     * Reads entries for replication: whole batches, Raft's entries among them, from the one that holds an index. Of an empty batch
     * that compaction made of several, that is the part from there on.
     *
     * @param lastIndex read nothing that ends after it
     * @param maxBytes stop before more than this, but not before the first batch
     */
    public CompletableFuture<ReadResult> readEntries(long fromIndex, long lastIndex, int maxBytes) {
        return reads.entries(fromIndex, lastIndex, maxBytes)
                .thenApply(result -> EmptyEntries.from(state, fromIndex, result));
    }

    /**
     * Reads records for consumers: whole batches from the one that holds an offset, without Raft's entries.
     *
     * @param limitOffset read nothing that ends after the record before it: the high watermark
     * @param maxBytes stop before more than this
     * @param atLeastOne read one batch even if it is larger
     */
    public CompletableFuture<ReadResult> fetch(long offset, long limitOffset, int maxBytes, boolean atLeastOne) {
        return reads.fetch(offset, limitOffset, maxBytes, atLeastOne, false);
    }

    /**
     * Reads records to be sent to a consumer: like {@link #fetch}, but where the file is known to be as it was written, the bytes
     * may be {@link io.flotilla.log.fs.FileBytes} that stay in it.
     */
    public CompletableFuture<ReadResult> fetchToSend(long offset, long limitOffset, int maxBytes, boolean atLeastOne) {
        return reads.fetch(offset, limitOffset, maxBytes, atLeastOne, true);
    }

    /**
     * Finds the first record below an offset that has a timestamp or a later one.
     *
     * @return fails with {@link DamagedLogException} if a file does not hold what was written, with
     *     {@link io.flotilla.log.fs.ShortageException} if it cannot be opened for the time being
     */
    public CompletableFuture<RecordPosition> findByTimestamp(long timestamp, long limitOffset) {
        return reads.findByTimestamp(timestamp, limitOffset);
    }

    /**
     * Finds the first record of those below an offset that have the largest timestamp.
     *
     * @return fails with {@link DamagedLogException} if a file does not hold what was written, with
     *     {@link io.flotilla.log.fs.ShortageException} if it cannot be opened for the time being
     */
    public CompletableFuture<RecordPosition> findMaxTimestamp(long limitOffset) {
        return reads.findMaxTimestamp(limitOffset);
    }

    // ---- For the rest of the package

    LogState state() {
        return state;
    }

    /** The whole log is another one. */
    void replaceState(LogState another) {
        state = another;
    }

    DiskProgress disk() {
        return disk;
    }

    LogReads reads() {
        return reads;
    }

    /** Reads go this way from now on. */
    void readBy(LogReads logReads) {
        reads = logReads;
    }
}
