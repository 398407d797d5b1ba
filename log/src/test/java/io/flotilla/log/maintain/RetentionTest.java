package io.flotilla.log.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.SegmentInfo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
    /** Four segments of 100 bytes, records at times 1000, 2000, 3000, 4000. */
    private static final List<SegmentInfo> SEGMENTS = List.of(
            new SegmentInfo(0, 10, 100, 1000),
            new SegmentInfo(10, 20, 100, 2000),
            new SegmentInfo(20, 30, 100, 3000),
            new SegmentInfo(30, 40, 100, 4000));

    @ParameterizedTest
    @CsvSource({
        "-1, -1, 40, 0",
        "1500, -1, 40, 20",
        "0, -1, 40, 30",
        "0, -1, 25, 20",
        "-1, 400, 40, 0",
        "-1, 301, 40, 0",
        "-1, 300, 40, 10",
        "-1, 0, 40, 30",
        "2500, 200, 40, 20",
    })
    void keepsWhatEitherLimitLeaves(long retentionMs, long retentionBytes, long highWatermark, long expected) {
        assertThat(Retention.logStart(SEGMENTS, retentionMs, retentionBytes, 4000, highWatermark))
                .isEqualTo(expected);
    }

    @Test
    void everythingMayGoOnceItIsTooOldAndCommitted() {
        assertThat(Retention.logStart(SEGMENTS, 1000, -1, 5001, 40)).isEqualTo(40);
        assertThat(Retention.logStart(SEGMENTS, 1000, -1, 5000, 40)).isEqualTo(30);
        assertThat(Retention.logStart(SEGMENTS, 1000, -1, 5001, 39)).isEqualTo(30);
        assertThat(Retention.logStart(List.of(new SegmentInfo(7, 7, 50, -1)), 1000, -1, 5000, 7))
                .isEqualTo(7);
    }

    @Test
    void recordsWithoutATimeAreNotOld() {
        List<SegmentInfo> timeless = List.of(new SegmentInfo(0, 10, 100, -1), new SegmentInfo(10, 20, 100, 5));
        assertThat(Retention.logStart(timeless, 1000, -1, 1 << 20, 20)).isZero();
        assertThat(Retention.logStart(timeless, 1000, 100, 1 << 20, 20)).isEqualTo(10);
    }
}
