package io.flotilla.log.segment;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedLogException;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.index.SegmentIndex;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks positions up in index files, and makes those anew that are missing or damaged. Blocking; thread-safe. */
public final class IndexLookup {
    private static final Logger LOG = LoggerFactory.getLogger(IndexLookup.class);

    private final FileSystem files;
    private final int interval;
    private final AtomicLong rebuilds = new AtomicLong();

    /** @param interval bytes between entries of indexes made anew */
    IndexLookup(FileSystem files, int interval) {
        this.files = files;
        this.interval = interval;
    }

    /** Position of a batch that ends before an offset, near it if the index file is good; at worst 0. */
    long positionBefore(FileHandle segment, FileRange range, long offset) throws IOException {
        try (FileHandle index =
                files.open(SegmentFiles.index(range.directory(), range.baseOffset()), FileSystem.Access.READ_SHARED)) {
            long entry = IndexFiles.floor(index, range.baseOffset(), offset);
            if (entry < 0) {
                return 0;
            }
            long lastOffset = range.baseOffset() + (entry >>> Integer.SIZE);
            long position = entry & 0xFFFFFFFFL;
            BatchHeaders headers = new BatchHeaders(segment, position, range.end());
            if (position < range.end() && headers.next() && headers.batch().lastOffset() == lastOffset) {
                return position;
            }
        } catch (NoSuchFileException e) {
            LOG.info("{} has no offset index", range.file());
        }
        return range.closed() ? rebuild(segment, range).positionBefore(offset) : 0;
    }

    /** The indexes of a range; of a closed segment from its files, if they are good. */
    SegmentIndex load(FileHandle segment, FileRange range) throws IOException {
        if (!range.closed()) {
            SegmentIndex index = scan(segment, range, interval);
            index.addTime();
            return index;
        }
        SegmentIndex loaded = loadFiles(range);
        return loaded != null ? loaded : rebuild(segment, range);
    }

    private SegmentIndex loadFiles(FileRange range) throws IOException {
        Path index = SegmentFiles.index(range.directory(), range.baseOffset());
        Path timeIndex = SegmentFiles.timeIndex(range.directory(), range.baseOffset());
        try (FileHandle offsets = files.open(index, FileSystem.Access.READ);
                FileHandle times = files.open(timeIndex, FileSystem.Access.READ)) {
            return IndexFiles.load(offsets, times, range.baseOffset(), range.end());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private SegmentIndex rebuild(FileHandle segment, FileRange range) throws IOException {
        SegmentIndex index = scan(segment, range, interval);
        index.addTime();
        try {
            write(SegmentFiles.index(range.directory(), range.baseOffset()), IndexFiles.encodeOffsets(index));
            write(
                    SegmentFiles.timeIndex(range.directory(), range.baseOffset()),
                    IndexFiles.encodeTimes(index, range.end()));
            LOG.info("Made the indexes of {} anew", range.file());
        } catch (ShortageException e) {
            // Whoever reads now has them; the next one makes them again.
            LOG.info("The indexes of {} cannot be kept: {}", range.file(), e.getMessage());
        }
        return index;
    }

    private void write(Path file, ByteBuffer content) throws IOException {
        // Two reads may do this at once: each under a name of its own.
        Path temporary =
                file.resolveSibling(file.getFileName() + "." + rebuilds.incrementAndGet() + SmallFiles.TEMPORARY);
        try {
            SmallFiles.write(files, temporary, content);
            files.rename(temporary, file);
        } catch (IOException e) {
            files.delete(temporary);
            throw e;
        }
    }

    /** The indexes of a segment that will be appended to: from its files if these are good, else from its headers. */
    public static SegmentIndex restore(
            FileSystem files, FileHandle segment, Path directory, Segment toRestore, int interval) throws IOException {
        FileRange range = new FileRange(directory, toRestore.baseOffset(), 0, toRestore.size(), false);
        SegmentIndex loaded = new IndexLookup(files, interval).loadFiles(range);
        return loaded != null ? loaded : scan(segment, range, interval);
    }

    /** Indexes a segment's batches by their headers. */
    private static SegmentIndex scan(FileHandle segment, FileRange range, int interval) throws IOException {
        SegmentIndex index = new SegmentIndex(range.baseOffset());
        BatchHeaders headers = new BatchHeaders(segment, 0, range.end());
        while (headers.next()) {
            RecordBatch batch = headers.batch();
            if (!batch.isRaftEntry()) {
                index.append(batch.lastOffset(), headers.position(), batch.latestTimestamp(), interval);
            }
        }
        if (headers.problem() != null) {
            throw new DamagedLogException(new Damage(range.file(), headers.position(), headers.problem()));
        }
        return index;
    }
}
