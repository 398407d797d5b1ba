package io.flotilla.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.MemoryFileSystem;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one replica asks of its disk for what is appended to it. Bounds are the figures measured: lower them when they fall. */
class DiskRatchetTest {
    private static final int BATCHES = 1_024;
    private static final int RECORDS = 16;

    private final CountedFiles files = new CountedFiles(new MemoryFileSystem(), true);
    private ByteBuf batch;
    private SteppedLog log;

    @BeforeEach
    void open() throws IOException {
        batch = Samples.batch(RECORDS, 1024);
        log = new SteppedLog(files);
        files.reset();
    }

    @AfterEach
    void close() {
        log.close();
        batch.release();
    }

    private long bytes() {
        return (long) BATCHES * batch.readableBytes();
    }

    @Test
    void batchesOfOneTurnShareAWriteAndASync() {
        log.append(batch, BATCHES);

        assertThat(log.durable()).isEqualTo(log.log().lastIndex());
        long pieces = bytes() / (4 << 20) + 1;
        assertThat(files.syncs()).as("one per 4 MB").isLessThanOrEqualTo(pieces);
        assertThat(files.writes()).as("one per sync").isLessThanOrEqualTo(pieces);
    }

    @Test
    void aBatchThatIsAloneTakesOneSync() {
        for (int i = 0; i < BATCHES; i++) {
            log.append(batch, 1);
        }

        assertThat(files.syncs()).as("and some while the redo journal grows").isLessThanOrEqualTo(BATCHES * 11 / 10);
    }

    @Test
    void aReplicaWritesLittleMoreThanTheRecords() throws IOException {
        CountedFiles counted = new CountedFiles(new MemoryFileSystem(), true);
        SteppedLog whole = new SteppedLog(counted);
        whole.append(batch, BATCHES);
        whole.close();

        assertThat((double) counted.bytesWritten() / bytes())
                .as("with indexes, snapshot and marks, per byte appended")
                .isBetween(1.0, 1.002);
    }
}
