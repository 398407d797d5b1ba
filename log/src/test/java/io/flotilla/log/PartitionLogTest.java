package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.record.Compression;
import org.junit.jupiter.api.Test;

class PartitionLogTest {
    private final LogFixture fixture = new LogFixture();

    @Test
    void appendsAreDurableAfterARoundAndReadBackAfterReopening() throws Exception {
        PartitionLog log = fixture.open();
        log.append(Batches.leaderChange(1), 1, 0);
        log.append(Batches.records(Compression.NONE, 10, 1, 2, 3), 1, 0);
        assertThat(log.lastIndex()).isEqualTo(4);
        assertThat(log.logEndOffset()).isEqualTo(3);
        assertThat(log.durableIndex()).isZero();
        fixture.tasks.runAll();
        assertThat(fixture.durable).containsExactly(4L);
        log.committed(4);
        fixture.closeAndReopen();
        assertThat(fixture.log.lastIndex()).isEqualTo(4);
        assertThat(fixture.report.scannedBytes()).isZero();
        ReadResult.Batches read = fixture.entries(1, 4, 1 << 20);
        assertThat(read.firstIndex()).isEqualTo(1);
        assertThat(read.lastIndex()).isEqualTo(4);
        read.bytes().release();
        ReadResult.Batches fetched = fixture.fetch(0, 3, 1 << 20);
        assertThat(fetched.firstIndex()).isEqualTo(2);
        fetched.bytes().release();
    }
}
