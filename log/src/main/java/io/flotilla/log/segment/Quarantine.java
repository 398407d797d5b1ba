package io.flotilla.log.segment;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps bytes that are about to be replaced, because they are damaged, in a file beside their segment, for whoever wants to
 * know what happened: {@code SEGMENT.log.POSITION.quarantine}. Never read by the log itself. Blocking.
 */
public final class Quarantine {
    /** Suffix of the files. */
    public static final String SUFFIX = ".quarantine";

    /** Files kept per partition; what is damaged after that is replaced without a copy. */
    static final int MOST_FILES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final int PIECE_BYTES = 1 << 20;

    private final FileSystem files;
    private final Path directory;

    public Quarantine(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /** Copies a part of a segment's file, as far as it is there, durably. What was kept of that place before stays. */
    public void keep(long segment, long from, long to) throws IOException {
        Path log = SegmentFiles.log(directory, segment);
        Path copy = log.resolveSibling(log.getFileName() + "." + from + SUFFIX);
        if (!files.exists(log) || files.exists(copy) || !hasRoom(log)) {
            return;
        }
        try (FileHandle source = files.open(log, FileSystem.Access.READ);
                FileHandle target = files.open(copy, FileSystem.Access.WRITE)) {
            long end = Math.min(to, source.size());
            ByteBuffer piece = ByteBuffer.allocate((int) Math.max(0, Math.min(PIECE_BYTES, end - from)));
            for (long position = from; position < end; ) {
                piece.clear().limit((int) Math.min(piece.capacity(), end - position));
                int length = source.read(piece, position);
                target.write(new ByteBuffer[] {piece.flip()}, 1, position - from);
                position += length;
            }
            target.sync();
        }
        files.syncDirectory(directory);
        LOG.warn("What stood in {} from byte {} on is kept as {}", log, from, copy.getFileName());
    }

    /** Takes a whole segment out of the log by giving its file another name, durably. */
    public void keep(long segment) throws IOException {
        Path log = SegmentFiles.log(directory, segment);
        if (files.exists(log)) {
            files.rename(log, log.resolveSibling(log.getFileName() + ".0" + SUFFIX));
        }
        files.delete(SegmentFiles.index(directory, segment));
        files.delete(SegmentFiles.timeIndex(directory, segment));
        files.syncDirectory(directory);
    }

    private boolean hasRoom(Path log) throws IOException {
        long kept = files.list(directory).stream()
                .filter(name -> name.endsWith(SUFFIX))
                .count();
        if (kept >= MOST_FILES) {
            LOG.warn("{} quarantine files are there already: what is damaged in {} is not kept", kept, log);
        }
        return kept < MOST_FILES;
    }
}
