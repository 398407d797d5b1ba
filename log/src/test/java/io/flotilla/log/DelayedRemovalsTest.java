package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DelayedRemovalsTest {
    private final LogFixture fixture = new LogFixture();

    private void configure(long delayMs) {
        fixture.config = new LogConfig(1024, 100_000, 100, delayMs, false, 60_000, 100, 300);
    }

    /** Drops the first segments, of five records each. */
    private void drop(long offset) {
        fixture.log.advanceLogStart(offset);
        fixture.tasks.runAll();
    }

    private void fill() throws IOException {
        fixture.open();
        for (int i = 0; i < 20; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, fixture.now);
        }
        fixture.tasks.runAll();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.tasks.runAll();
    }

    private List<String> deleted() throws IOException {
        return fixture.disk.list(fixture.path()).stream()
                .filter(name -> name.endsWith(SegmentFiles.DELETED))
                .toList();
    }

    private void tick(long nowMs) {
        fixture.log.tick(nowMs);
        fixture.tasks.runAll();
    }

    @Test
    void droppedSegmentsStayForAWhileUnderAnotherName() throws IOException {
        configure(60_000);
        fill();
        drop(6);
        tick(1000);
        assertThat(deleted()).containsExactly("00000000000000000000.log.deleted");
        drop(11);
        tick(31_000);
        tick(60_999);
        assertThat(deleted()).hasSize(2);
        tick(61_000);
        assertThat(deleted()).containsExactly("00000000000000000005.log.deleted");
        tick(91_000);
        assertThat(deleted()).isEmpty();
    }

    @Test
    void aShorterDelayCountsForWhatWaits() throws IOException {
        configure(60_000);
        fill();
        drop(6);
        tick(1000);
        configure(0);
        fixture.log.reconfigure(fixture.config);
        tick(1001);
        assertThat(deleted()).isEmpty();
        drop(11);
        assertThat(deleted()).isEmpty();
    }

    @Test
    void whatIsLeftAtTheEndGoesAtTheNextStart() throws IOException {
        configure(60_000);
        fill();
        drop(6);
        fixture.closeAndReopen();
        assertThat(deleted()).isEmpty();
        assertThat(fixture.log.logStartOffset()).isEqualTo(6);
    }
}
