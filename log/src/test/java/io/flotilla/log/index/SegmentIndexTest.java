package io.flotilla.log.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.MemoryFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentIndexTest {
    private static final Path OFFSETS = Path.of("/i/index");
    private static final Path TIMES = Path.of("/i/timeindex");

    private final MemoryFileSystem disk = new MemoryFileSystem();

    @BeforeEach
    void createDirectory() throws IOException {
        disk.createDirectories(Path.of("/i"));
    }

    /** Batches of 2 records and 100 bytes from offset 1000 on, one index entry for each but the first. */
    private static SegmentIndex example(long... maxTimestamps) {
        SegmentIndex index = new SegmentIndex(1000);
        for (int i = 0; i < maxTimestamps.length; i++) {
            index.append(1000 + 2L * i + 1, 100L * i, maxTimestamps[i], 99);
        }
        return index;
    }

    @Test
    void findsTheNearestBatchThatEndsBeforeAnOffset() {
        SegmentIndex index = example(1, 2, 3, 4);
        assertThat(index.positionBefore(1000)).isZero();
        assertThat(index.positionBefore(1003)).isZero();
        assertThat(index.positionBefore(1004)).isEqualTo(100);
        assertThat(index.positionBefore(1006)).isEqualTo(200);
        assertThat(index.positionBefore(9999)).isEqualTo(300);
    }

    @Test
    void findsWhereATimestampCanFirstHaveBeenReached() {
        SegmentIndex index = example(10, 5, 20, 20, 30);
        assertThat(index.maxTimestamp()).isEqualTo(30);
        assertThat(index.maxTimestampOffset()).isEqualTo(1009);
        assertThat(index.offsetBeforeTime(9)).isEqualTo(1000);
        assertThat(index.offsetBeforeTime(10)).isEqualTo(1001);
        assertThat(index.offsetBeforeTime(20)).isEqualTo(1005);
        assertThat(index.offsetBeforeTime(25)).isEqualTo(1005);
        assertThat(index.offsetBeforeTime(30)).isEqualTo(1009);
    }

    @Test
    void truncationRestoresTheMaximumBefore() {
        SegmentIndex index = example(10, 5, 20, 20, 30);
        index.truncate(1004, 10, 1001);
        assertThat(index.maxTimestamp()).isEqualTo(10);
        assertThat(index.positionBefore(9999)).isEqualTo(100);
        assertThat(index.offsetBeforeTime(99)).isEqualTo(1001);
        index.append(1005, 200, 15, 99);
        assertThat(index.offsetBeforeTime(15)).isEqualTo(1005);
    }

    @Test
    void readsBackWhatItWroteForTheSameSegmentSizeOnly() throws IOException {
        SegmentIndex index = example(10, 5, 20, 20, 30);
        store(index, 500);
        SegmentIndex loaded = load(500);
        assertThat(loaded.positionBefore(1006)).isEqualTo(200);
        assertThat(loaded.maxTimestamp()).isEqualTo(30);
        assertThat(loaded.maxTimestampOffset()).isEqualTo(1009);
        assertThat(load(600)).isNull();
    }

    @Test
    void noticesAnyFlippedBit() throws IOException {
        store(example(10, 5, 20, 20, 30), 500);
        for (Path file : new Path[] {OFFSETS, TIMES}) {
            try (FileHandle handle = disk.open(file, FileSystem.Access.READ)) {
                for (long position = 0; position < handle.size(); position++) {
                    disk.flip(file, position, 0x10);
                    assertThat(load(500)).isNull();
                    disk.flip(file, position, 0x10);
                }
            }
        }
        assertThat(load(500)).isNotNull();
    }

    @Test
    void looksUpInTheFileAsInMemory() throws IOException {
        SegmentIndex index = example(1, 2, 3, 4, 5, 6, 7);
        store(index, 700);
        try (FileHandle file = disk.open(OFFSETS, FileSystem.Access.READ)) {
            for (long offset = 1000; offset < 1020; offset++) {
                long found = IndexFiles.floor(file, 1000, offset);
                long position = found < 0 ? 0 : found & 0xFFFFFFFFL;
                assertThat(position).isEqualTo(index.positionBefore(offset));
            }
        }
    }

    private void store(SegmentIndex index, long size) throws IOException {
        write(OFFSETS, IndexFiles.encodeOffsets(index));
        write(TIMES, IndexFiles.encodeTimes(index, size));
    }

    private void write(Path file, ByteBuffer content) throws IOException {
        try (FileHandle handle = disk.open(file, FileSystem.Access.WRITE)) {
            handle.write(new ByteBuffer[] {content}, 1, 0);
        }
    }

    private SegmentIndex load(long size) throws IOException {
        try (FileHandle offsets = disk.open(OFFSETS, FileSystem.Access.READ);
                FileHandle times = disk.open(TIMES, FileSystem.Access.READ)) {
            return IndexFiles.load(offsets, times, 1000, size);
        }
    }
}
