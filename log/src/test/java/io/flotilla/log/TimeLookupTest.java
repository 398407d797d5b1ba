package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TimeLookupTest {
    private final LogFixture fixture = new LogFixture();
    /** Timestamp of each record, by offset. */
    private final List<Long> timestamps = new ArrayList<>();

    private void append(Compression compression, long... batch) {
        fixture.log.append(Batches.records(compression, 20, batch), 1, 0);
        for (long timestamp : batch) {
            timestamps.add(timestamp);
        }
    }

    private RecordPosition expectedFirst(long timestamp, long from, long limit) {
        for (int offset = (int) from; offset < limit; offset++) {
            if (timestamps.get(offset) >= timestamp) {
                return new RecordPosition(offset, timestamps.get(offset), 1);
            }
        }
        return RecordPosition.NONE;
    }

    private void compare(long from, long limit) {
        long max = -1;
        for (long timestamp = 0; timestamp < 110; timestamp += 3) {
            RecordPosition expected = expectedFirst(timestamp, from, limit);
            assertThat(fixture.await(fixture.log.findByTimestamp(timestamp, limit)))
                    .isEqualTo(expected);
        }
        for (int offset = (int) from; offset < limit; offset++) {
            max = Math.max(max, timestamps.get(offset));
        }
        assertThat(fixture.await(fixture.log.findMaxTimestamp(limit)))
                .isEqualTo(from < limit ? expectedFirst(max, from, limit) : RecordPosition.NONE);
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void agreesWithASearchOfAllRecords(long seed) throws IOException {
        Random random = Seeds.random(seed);
        fixture.open();
        for (int i = 0; i < 60; i++) {
            Compression compression = random.nextBoolean() ? Compression.NONE : Compression.ZSTD;
            append(
                    compression,
                    random.longs(1 + random.nextInt(4), 0, 20L + i + random.nextInt(40))
                            .toArray());
            if (random.nextInt(6) == 0) {
                fixture.log.append(Batches.leaderChange(1, 1), 1, 0);
            }
            if (random.nextInt(3) == 0) {
                fixture.tasks.runAll();
            }
        }
        int end = timestamps.size();
        compare(0, end);
        compare(0, end / 2);
        fixture.tasks.runAll();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.tasks.runAll();
        compare(0, end - 1);
        fixture.log.advanceLogStart(end / 3);
        compare(end / 3, end);
        fixture.closeAndReopen();
        compare(end / 3, end);
        compare(end / 3, end / 2);
        for (String name : fixture.disk.list(fixture.path())) {
            if (name.endsWith(SegmentFiles.TIME_INDEX)) {
                fixture.disk.delete(fixture.path().resolve(name));
            }
        }
        compare(end / 3, end);
        fixture.close();
    }

    @Test
    void anEmptyLogHasNoRecordAtAnyTime() throws IOException {
        fixture.open();
        compare(0, 0);
        fixture.close();
    }

    @Test
    void aTruncationTakesBackTheLargestTimestamp() throws IOException {
        fixture.open();
        append(Compression.NONE, 10, 20);
        append(Compression.NONE, 99);
        fixture.log.truncateFrom(3);
        timestamps.remove(2);
        append(Compression.NONE, 15);
        compare(0, 3);
        fixture.close();
    }

    @Test
    void reportsDamageInsteadOfAnAnswer() throws IOException {
        fixture.open();
        for (int i = 0; i < 30; i++) {
            append(Compression.NONE, i, i, i, i);
        }
        fixture.tasks.runAll();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.closeAndReopen();
        fixture.disk.flip(SegmentFiles.log(fixture.path(), 0), 80, 1);
        CompletableFuture<RecordPosition> found = fixture.log.findByTimestamp(0, 100);
        fixture.tasks.runAll();
        assertThat(found).isCompletedExceptionally();
        fixture.close();
    }
}
