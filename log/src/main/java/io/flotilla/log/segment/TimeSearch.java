package io.flotilla.log.segment;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.RecordPosition;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Finds records by time, exact to the record: batches by their headers, then the record in the batch, decompressed if need
 * be. Blocking, for background threads; stateless.
 */
public final class TimeSearch {
    private static final int MOST_DECOMPRESSED_BYTES = 128 << 20;

    /**
     * Where to search.
     *
     * @param ranges parts of segments, in order; one without a start is searched from where its time index says
     * @param tail the batches after them, in memory; the search releases them
     * @param fromOffset records below it do not count
     * @param limitOffset nor do records from here on
     */
    public record Scope(List<FileRange> ranges, List<ByteBuf> tail, long fromOffset, long limitOffset) {}

    /** Called for each batch of records with its header; {@code file} is null if the whole batch is there. */
    private interface Visitor {
        /** Returns whether to go on. */
        boolean visit(FileRange range, FileHandle file, long position, RecordBatch batch) throws IOException;
    }

    private final FileSystem files;
    private final IndexLookup lookup;

    /** @param indexInterval bytes between entries of indexes that must be made anew */
    public TimeSearch(FileSystem files, int indexInterval) {
        this.files = files;
        this.lookup = new IndexLookup(files, indexInterval);
    }

    /**
     * The first record with this timestamp or a later one.
     *
     * @throws DamagedLogException if a file does not hold what was written
     * @throws ShortageException if a file cannot be opened, whatever is in it
     */
    public RecordPosition first(Scope scope, long timestamp) throws ShortageException {
        RecordPosition[] found = {RecordPosition.NONE};
        walk(scope, timestamp, (range, file, position, batch) -> {
            if (batch.maxTimestamp() >= timestamp) {
                found[0] = firstIn(load(range, file, position, batch), scope, timestamp);
            }
            return found[0] == RecordPosition.NONE;
        });
        return found[0];
    }

    /**
     * The first record that has the largest timestamp of all in two scopes.
     *
     * @param known one segment, or none, whose largest timestamp is known
     * @param knownMax that timestamp
     * @param rest what comes after
     * @throws DamagedLogException if a file does not hold what was written
     * @throws ShortageException if a file cannot be opened, whatever is in it
     */
    public RecordPosition max(Scope known, long knownMax, Scope rest) throws ShortageException {
        RecordPosition[] best = {RecordPosition.NONE};
        try {
            best[0] = first(known, knownMax);
        } catch (DamagedLogException | ShortageException e) {
            rest.tail().forEach(ByteBuf::release);
            throw e;
        }
        walk(rest, RecordBatch.NO_TIMESTAMP, (range, file, position, batch) -> {
            if (batch.maxTimestamp() > best[0].timestamp()) {
                best[0] = maxIn(load(range, file, position, batch), rest, best[0]);
            }
            return true;
        });
        return best[0];
    }

    private void walk(Scope scope, long timestamp, Visitor visitor) throws ShortageException {
        try {
            for (FileRange range : scope.ranges()) {
                if (!walk(range, scope, timestamp, visitor)) {
                    return;
                }
            }
            for (ByteBuf buffer : scope.tail()) {
                if (!walk(buffer, scope, visitor)) {
                    return;
                }
            }
        } catch (ShortageException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("Batches in memory need no file", e);
        } finally {
            scope.tail().forEach(ByteBuf::release);
        }
    }

    private boolean walk(FileRange range, Scope scope, long timestamp, Visitor visitor) throws ShortageException {
        try (FileHandle file = files.open(range.file(), FileSystem.Access.READ_SHARED)) {
            BatchHeaders headers = new BatchHeaders(file, start(file, range, timestamp), range.end());
            while (headers.next()) {
                RecordBatch batch = headers.batch();
                if (batch.baseOffset() >= scope.limitOffset()) {
                    return false;
                }
                if (isInScope(batch, scope) && !visitor.visit(range, file, headers.position(), batch)) {
                    return false;
                }
            }
            if (headers.problem() != null) {
                throw new DamagedLogException(new Damage(range.file(), headers.position(), headers.problem()));
            }
            return true;
        } catch (ShortageException e) {
            throw e;
        } catch (IOException e) {
            throw new DamagedLogException(new Damage(range.file(), 0, "cannot be read: " + e));
        }
    }

    private long start(FileHandle file, FileRange range, long timestamp) throws IOException {
        if (range.start() != FileRange.UNKNOWN) {
            return range.start();
        }
        SegmentIndex index = lookup.load(file, range);
        return index.positionBefore(index.offsetBeforeTime(timestamp));
    }

    private static boolean walk(ByteBuf buffer, Scope scope, Visitor visitor) throws IOException {
        BatchCursor cursor = new BatchCursor().wrap(buffer);
        while (cursor.next() == BatchCursor.Step.BATCH) {
            RecordBatch batch = cursor.batch();
            if (batch.baseOffset() >= scope.limitOffset()) {
                return false;
            }
            if (isInScope(batch, scope) && !visitor.visit(null, null, 0, batch)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isInScope(RecordBatch batch, Scope scope) {
        return !batch.isControl() && batch.lastOffset() >= scope.fromOffset();
    }

    private static RecordBatch load(FileRange range, FileHandle file, long position, RecordBatch header)
            throws IOException {
        if (file == null) {
            return header;
        }
        ByteBuffer bytes = ByteBuffer.allocate(header.sizeInBytes());
        int length = file.read(bytes, position);
        RecordBatch batch = new RecordBatch().wrap(Unpooled.wrappedBuffer(bytes.array()), 0);
        if (length < bytes.capacity() || !batch.isCrcValid()) {
            throw new DamagedLogException(new Damage(range.file(), position, "CRC mismatch"));
        }
        return batch;
    }

    private static RecordPosition firstIn(RecordBatch batch, Scope scope, long timestamp) {
        RecordPosition[] found = {RecordPosition.NONE};
        forEachInScope(batch, scope, (offset, time) -> {
            if (found[0] == RecordPosition.NONE && time >= timestamp) {
                found[0] = new RecordPosition(offset, time, batch.partitionLeaderEpoch());
            }
        });
        return found[0];
    }

    private static RecordPosition maxIn(RecordBatch batch, Scope scope, RecordPosition before) {
        RecordPosition[] best = {before};
        forEachInScope(batch, scope, (offset, time) -> {
            if (time > best[0].timestamp()) {
                best[0] = new RecordPosition(offset, time, batch.partitionLeaderEpoch());
            }
        });
        return best[0];
    }

    /** Given a record's offset and timestamp. */
    private interface RecordVisitor {
        void visit(long offset, long timestamp);
    }

    private static void forEachInScope(RecordBatch batch, Scope scope, RecordVisitor visitor) {
        try {
            Records.forEach(batch, MOST_DECOMPRESSED_BYTES, record -> {
                if (record.offset() >= scope.fromOffset() && record.offset() < scope.limitOffset()) {
                    visitor.visit(record.offset(), record.timestamp());
                }
            });
        } catch (InvalidBatchException e) {
            // What was written stands there but this broker cannot open it: as exact as can be.
            visitor.visit(Math.max(batch.baseOffset(), scope.fromOffset()), batch.maxTimestamp());
        }
    }
}
