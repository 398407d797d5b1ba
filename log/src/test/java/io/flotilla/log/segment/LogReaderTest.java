package io.flotilla.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.Batches;
import io.flotilla.log.ReadResult;
import io.flotilla.log.fs.CountingFiles;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.fs.OpenFiles;
import io.flotilla.log.index.TermStart;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    private static final int SEGMENTS = 10_000;
    private static final int MOST_OPEN = 100;

    @Test
    void manySegmentsAreReadWithFewOpenFiles(@TempDir Path directory) throws IOException {
        FileSystem real = new JdkFileSystem();
        ByteBuf batch = Batches.records(Compression.NONE, 100, 1);
        int size = batch.readableBytes();
        RecordBatch view = new RecordBatch().wrap(batch, 0);
        view.setPartitionLeaderEpoch(1);
        for (int i = 0; i < SEGMENTS; i++) {
            view.setBaseOffset(i);
            try (FileHandle file = real.open(SegmentFiles.log(directory, i), FileSystem.Access.WRITE)) {
                file.write(new ByteBuffer[] {batch.nioBuffer()}, 1, 0);
            }
        }
        batch.release();
        CountingFiles counted = new CountingFiles(real);
        OpenFiles files = new OpenFiles(counted, MOST_OPEN);
        LogReader reader = new LogReader(files, UnpooledByteBufAllocator.DEFAULT, 4096);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < SEGMENTS; i++) {
                FileRange range = new FileRange(directory, i, 0, size, true);
                LogReader.Request request = new LogReader.Request(
                        i, 0, i + 1, i + 1, 1000, true, false, List.of(new TermStart(1, 1, 0)), FileRanges.NONE);
                ReadResult.Batches read =
                        (ReadResult.Batches) reader.read(range, request).result();
                assertThat(read.firstIndex()).isEqualTo(i + 1);
                read.bytes().release();
            }
        }
        assertThat(counted.mostOpen).isLessThanOrEqualTo(MOST_OPEN + 1);
        assertThat(files.size()).isEqualTo(MOST_OPEN);
        files.close();
        assertThat(counted.open).isZero();
    }
}
