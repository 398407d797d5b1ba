package io.flotilla.log.segment;

import io.flotilla.log.DamagedSpot;
import io.flotilla.log.RepairResult;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts batches from another replica where damaged ones stand. Committed entries are the same bytes on all replicas, so what is
 * replaced has the same length, and nothing good is touched: the bytes are written over the bad ones, batch by batch up to
 * where the file goes on with a good one. Until that is durable a reader finds damage, as before, for every read checks; a
 * crash on the way leaves damage, or none. What stood there is kept in {@link Quarantine} first. Blocking; for one repair.
 */
public final class SegmentPatch {
    private final FileSystem files;
    private final Path directory;
    private final DamagedSpot spot;
    private final List<TermStart> terms;

    // The place after the batches that were checked.
    private long position;
    private long index;
    private long offset;
    private int term;

    /** @param terms those of all entries up to {@link DamagedSpot#lastIndex}, or an empty list if they are not known */
    public SegmentPatch(FileSystem files, Path directory, DamagedSpot spot, List<TermStart> terms) {
        this.files = files;
        this.directory = directory;
        this.spot = spot;
        this.terms = terms;
    }

    /** Applies batches of which the first is the spot's; they stay the caller's. May be called again after a shortage. */
    public RepairResult apply(ByteBuf batches) throws IOException {
        position = spot.position();
        index = spot.index();
        offset = spot.offset();
        term = spot.term();
        Path log = SegmentFiles.log(directory, spot.segment());
        if (!files.exists(log) && spot.position() > 0) {
            return new RepairResult.Refused(log + " is gone");
        }
        BatchCursor cursor = new BatchCursor().wrap(batches);
        boolean resumed = false;
        try (FileHandle file = files.open(log, FileSystem.Access.WRITE)) {
            files.syncDirectory(directory);
            BatchCursor.Step step = cursor.next();
            while (step == BatchCursor.Step.BATCH && !resumed && position < spot.end() && index <= spot.lastIndex()) {
                String objection = objection(cursor.batch(), true);
                if (objection != null) {
                    return new RepairResult.Refused("what a peer has for index " + index + " " + objection);
                }
                pass(cursor.batch());
                resumed = goesOn(file);
                step = cursor.next();
            }
            if (position == spot.position()) {
                return new RepairResult.Refused("a peer sent no whole batch");
            }
            write(file, batches);
        }
        boolean done = resumed || position >= spot.end() || index > spot.lastIndex();
        return done ? new RepairResult.Repaired() : new RepairResult.Continued(rest());
    }

    private DamagedSpot rest() {
        return new DamagedSpot(spot.segment(), position, spot.end(), index, offset, term, spot.lastIndex());
    }

    private void pass(RecordBatch batch) {
        position += batch.sizeInBytes();
        index += batch.isRaftEntry() ? 1 : batch.offsetCount();
        offset = batch.nextOffset();
        term = batch.partitionLeaderEpoch();
    }

    /** Why a batch cannot be the next one, or null. */
    private String objection(RecordBatch batch, boolean fromPeer) {
        if (batch.baseOffset() != offset) {
            return "has base offset " + batch.baseOffset() + " where " + offset + " belongs";
        }
        if (fromPeer && position + batch.sizeInBytes() > spot.end()) {
            return "is longer than what stood there";
        }
        return batch.isCrcValid() ? wrongTerm(batch) : "has a wrong CRC";
    }

    private String wrongTerm(RecordBatch batch) {
        int found = batch.partitionLeaderEpoch();
        if (terms.isEmpty()) {
            String objection = TermRule.objection(batch, term);
            return objection == null ? null : "has " + objection;
        }
        int wanted = TermStart.termAt(terms, index);
        return found == wanted ? null : "has term " + found + " where " + wanted + " belongs";
    }

    /** Whether the file goes on with a good batch from here. */
    private boolean goesOn(FileHandle file) throws IOException {
        long room = Math.min(file.size(), spot.end()) - position;
        if (room < RecordBatch.HEADER_BYTES) {
            return false;
        }
        RecordBatch next = new RecordBatch().wrap(read(file, RecordBatch.HEADER_BYTES), 0);
        int size = next.sizeInBytes();
        return next.magic() == RecordBatch.MAGIC_V2
                && size >= RecordBatch.HEADER_BYTES
                && size <= room
                && objection(next.wrap(read(file, size), 0), false) == null;
    }

    private ByteBuf read(FileHandle file, int length) throws IOException {
        ByteBuf bytes = Unpooled.buffer(length);
        file.read(bytes.nioBuffer(0, length), position);
        return bytes.setIndex(0, length);
    }

    private void write(FileHandle file, ByteBuf batches) throws IOException {
        new Quarantine(files, directory).keep(spot.segment(), spot.position(), position);
        int length = (int) (position - spot.position());
        ByteBuffer bytes = batches.nioBuffer(batches.readerIndex(), length);
        file.write(new ByteBuffer[] {bytes}, 1, spot.position());
        file.sync();
        // They may have been made anew from headers that were damaged; they are made again when they are needed.
        files.delete(SegmentFiles.index(directory, spot.segment()));
        files.delete(SegmentFiles.timeIndex(directory, spot.segment()));
    }
}
