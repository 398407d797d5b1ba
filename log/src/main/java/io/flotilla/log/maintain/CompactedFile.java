package io.flotilla.log.maintain;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.log.segment.CompactedSegment;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.SegmentState;
import io.flotilla.wire.record.EmptyBatch;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The file that compaction writes: what stays of the batches of some segments, and an empty batch for each run of those that
 * go. A run is of one term, and ends where a batch or Raft entry stays. Blocking; not thread-safe.
 */
final class CompactedFile implements Closeable {
    private static final int PIECE_BYTES = 1 << 20;
    private static final long NO_RUN = -1;
    /** The time of a segment that has no records left: retention by time may take it at once. */
    private static final long LONG_AGO = 0;

    private final SegmentState first;
    private final int indexIntervalBytes;
    private final FileHandle file;
    private final SegmentIndex index;
    private final ByteBuf out = Unpooled.buffer(PIECE_BYTES);
    private final RecordBatch view = new RecordBatch();
    private long written;
    private boolean hasRecords;

    private long runStart = NO_RUN;
    private long runEnd;
    private int runTerm;

    CompactedFile(FileSystem files, Path path, SegmentState first, int indexIntervalBytes) throws IOException {
        this.first = first;
        this.indexIntervalBytes = indexIntervalBytes;
        this.index = new SegmentIndex(first.baseOffset());
        this.file = files.open(path, FileSystem.Access.WRITE);
        file.truncate(0);
    }

    /** Where a segment's compacted file is until it takes the segment's place; no other compaction uses the same. */
    static Path path(Path directory, long baseOffset, long nowMs) {
        Path log = SegmentFiles.log(directory, baseOffset);
        return log.resolveSibling(log.getFileName() + "." + nowMs + SegmentFiles.CLEANED);
    }

    /** A batch stays as it is. */
    void keep(RecordBatch batch) throws IOException {
        put(target -> target.writeBytes(batch.buffer(), batch.position(), batch.sizeInBytes()));
    }

    /** A batch stays in another form, which is to be written at the end of a buffer. */
    void put(Consumer<ByteBuf> batch) throws IOException {
        endRun();
        write(batch);
    }

    /** Nothing of a batch stays but its place. */
    void remove(RecordBatch batch) throws IOException {
        boolean goesOn = runStart != NO_RUN
                && runTerm == batch.partitionLeaderEpoch()
                && batch.lastOffset() - runStart <= Integer.MAX_VALUE;
        if (!goesOn) {
            endRun();
            runStart = batch.baseOffset();
            runTerm = batch.partitionLeaderEpoch();
        }
        runEnd = batch.nextOffset();
    }

    private void endRun() throws IOException {
        if (runStart != NO_RUN) {
            long start = runStart;
            runStart = NO_RUN;
            write(target -> EmptyBatch.write(target, start, runEnd, runTerm));
        }
    }

    private void write(Consumer<ByteBuf> batch) throws IOException {
        int begin = out.writerIndex();
        batch.accept(out);
        view.wrap(out, begin);
        if (!view.isRaftEntry()) {
            hasRecords |= view.recordCount() > 0;
            int position = Math.toIntExact(written + begin);
            index.append(view.lastOffset(), position, view.latestTimestamp(), indexIntervalBytes);
        }
        if (out.writerIndex() >= PIECE_BYTES) {
            writeOut();
        }
    }

    private void writeOut() throws IOException {
        if (out.isReadable()) {
            file.write(new ByteBuffer[] {out.nioBuffer()}, 1, written);
            written += out.readableBytes();
            out.clear();
        }
    }

    /** Bytes that the file has so far. */
    long size() {
        return written + out.readableBytes();
    }

    /**
     * If the file would end with so many bytes, and with an empty batch that goes on over this offset, that one becomes two, of which
     * the second begins there. To be called when nothing more will come.
     */
    void splitRunAt(long offset, long size) throws IOException {
        boolean wouldBe = runStart != NO_RUN && size() + RecordBatch.HEADER_BYTES == size;
        if (wouldBe && runStart < offset && offset < runEnd) {
            long end = runEnd;
            runEnd = offset;
            endRun();
            runStart = offset;
            runEnd = end;
        }
    }

    /** Nothing more will come. */
    void writeRest() throws IOException {
        endRun();
        writeOut();
    }

    /** Makes the file durable. */
    CompactedSegment finish(Path path, List<Long> replaced) throws IOException {
        file.sync();
        index.addTime();
        SegmentState state = new SegmentState(
                first.baseOffset(),
                first.baseIndex(),
                written,
                hasRecords ? index.maxTimestamp() : LONG_AGO,
                index.maxTimestampOffset());
        return new CompactedSegment(
                path, replaced, state, IndexFiles.encodeOffsets(index), IndexFiles.encodeTimes(index, written));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
