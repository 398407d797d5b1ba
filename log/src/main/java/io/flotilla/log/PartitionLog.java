package io.flotilla.log;

import io.flotilla.log.index.EpochEnd;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.state.ProducerState;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Signatures first; the code follows. */
public final class PartitionLog {
    private static UnsupportedOperationException later() {
        return new UnsupportedOperationException();
    }

    public void start(Executor loop, LogListener listener) {
        throw later();
    }

    public LogId id() {
        throw later();
    }

    /** Offset of the first record users may read. */
    public long logStartOffset() {
        throw later();
    }

    /** Offset the next record will get. */
    public long logEndOffset() {
        throw later();
    }

    /** Index of the first entry present. */
    public long firstIndex() {
        throw later();
    }

    /** Index of the last entry; {@code firstIndex() - 1} when empty. */
    public long lastIndex() {
        throw later();
    }

    public int lastTerm() {
        throw later();
    }

    /** Everything up to here is durable (with write.caching: written). */
    public long durableIndex() {
        throw later();
    }

    /** Largest index told to {@link #committed}; after opening, the commit mark. */
    public long committedIndex() {
        throw later();
    }

    /** Term of an entry from {@code firstIndex() - 1} to {@code lastIndex()}. */
    public int termAt(long index) {
        throw later();
    }

    /** The log end offset if the log ended at this index: makes a high watermark of a commit index. */
    public long offsetAfter(long index) {
        throw later();
    }

    /** Index of the record at an offset; for the log end offset, of the next record if it were appended now. */
    public long indexOf(long offset) {
        throw later();
    }

    public List<TermStart> termStarts() {
        throw later();
    }

    public EpochEnd endOffsetForEpoch(int epoch) {
        throw later();
    }

    /** The configuration in force before the first entry, then those in the log, by index. */
    public List<Configuration> configurations() {
        throw later();
    }

    public ProducerState producers() {
        throw later();
    }

    public List<SegmentInfo> segments() {
        throw later();
    }

    public long sizeInBytes() {
        throw later();
    }

    /** Bytes appended and not yet written: for backpressure. */
    public long unflushedBytes() {
        throw later();
    }

    /** Leader: sets base offset and term in one batch (or one Raft entry), appends it; returns the index of its last record. */
    public long append(ByteBuf batch, int term, long nowMs) {
        throw later();
    }

    /** Follower: appends whole batches as the leader sent them, the first starting at {@code lastIndex() + 1}. */
    public void appendReplicated(ByteBuf batches, long nowMs) {
        throw later();
    }

    /** Removes the entry at an index, which must begin a batch, and all after it. Never at or below a committed index. */
    public void truncateFrom(long index) {
        throw later();
    }

    /** The owner knows everything up to here to be committed. */
    public void committed(long index) {
        throw later();
    }

    /** Whole entries from the batch holding fromIndex, up to lastIndex inclusive; at least one whatever maxBytes. */
    public CompletableFuture<ReadResult> readEntries(long fromIndex, long lastIndex, int maxBytes) {
        throw later();
    }

    /** Whole data batches from the one holding offset, all below limitOffset. */
    public CompletableFuture<ReadResult> fetch(long offset, long limitOffset, int maxBytes, boolean atLeastOne) {
        throw later();
    }

    /** First record below limitOffset with a timestamp at or after this one. */
    public CompletableFuture<RecordPosition> findByTimestamp(long timestamp, long limitOffset) {
        throw later();
    }

    /** First record below limitOffset that has the largest timestamp. */
    public CompletableFuture<RecordPosition> findMaxTimestamp(long limitOffset) {
        throw later();
    }

    /** Moves the log start offset up and lets go of whole segments below it. */
    public void advanceLogStart(long offset) {
        throw later();
    }

    public LogSnapshot snapshotForInstall() {
        throw later();
    }

    /** Replaces the whole log by a leader's snapshot; {@link LogListener#durable} reports when it is on disk. */
    public void installSnapshot(byte[] bytes) {
        throw later();
    }

    /** Once in a while: rolls a segment that is old enough, forgets expired producers. */
    public void tick(long nowMs) {
        throw later();
    }

    public void reconfigure(LogConfig config) {
        throw later();
    }

    /** Writes out everything and a snapshot, so that the next open need not scan. Completes on the loop. */
    public CompletableFuture<Void> close() {
        throw later();
    }
}
