package io.flotilla.log.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.Batches;
import io.flotilla.log.Seeds;
import io.flotilla.log.state.ProducerState.Check;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProducerStateTest {
    private static final int MAX = Integer.MAX_VALUE;
    /** Where a batch's header has it. */
    private static final int LAST_OFFSET_DELTA = 23;

    private final ProducerState state = new ProducerState();
    private long nextIndex = 1;
    private long committed;
    private long now = 1000;

    /** Appends a batch and returns the index of its last record. */
    private long append(long id, int epoch, int sequence, int count) {
        ByteBuf bytes = Batches.produced(id, epoch, sequence, count, 1);
        RecordBatch batch = new RecordBatch().wrap(bytes, 0);
        batch.setBaseOffset(nextIndex - 1);
        nextIndex += count;
        state.append(batch, nextIndex - 1, committed, now);
        bytes.release();
        return nextIndex - 1;
    }

    /** Appends a batch of producer 7 that says it had so many records, as compaction leaves them with few. */
    private void appendSpan(int sequence, int span) {
        ByteBuf bytes = Batches.produced(7, 0, sequence, 1, 1);
        bytes.setInt(LAST_OFFSET_DELTA, span - 1);
        nextIndex += span;
        state.append(new RecordBatch().wrap(bytes, 0), nextIndex - 1, committed, now);
        bytes.release();
    }

    private Check check(long id, int epoch, int first, int last) {
        return state.check(id, (short) epoch, first, last);
    }

    private void assertOk(Check check) {
        assertThat(check).isInstanceOf(Check.Ok.class);
    }

    @Test
    void aNewProducerBeginsAtZero() {
        assertOk(check(7, 3, 0, 4));
        assertThat(check(7, 3, 1234, 1234)).isEqualTo(new Check.OutOfOrder(0));
    }

    @Test
    void aProducerThatMayHaveBeenForgottenGoesOnAnywhere() {
        long index = append(7, 0, 0, 5);
        state.expire(now + 100, 50, 10, index);
        assertThat(state.size()).isZero();
        assertOk(check(7, 0, 5, 9));

        ByteBuf stored = Unpooled.buffer();
        state.writeTo(stored, index);
        assertOk(ProducerState.readFrom(stored, true).check(7, (short) 0, 5, 9));
    }

    @Test
    void aProducerWhoseOnlyBatchWasTakenBackBeginsAtZeroAgain() {
        long index = append(7, 0, 0, 5);
        state.truncateFrom(index - 4);
        assertThat(check(7, 0, 5, 9)).isEqualTo(new Check.OutOfOrder(0));
        assertOk(check(7, 0, 0, 4));
    }

    @Test
    void acceptsTheNextSequenceOnly() {
        append(7, 0, 0, 3);
        assertOk(check(7, 0, 3, 3));
        assertThat(check(7, 0, 4, 4)).isEqualTo(new Check.OutOfOrder(3));
        assertThat(check(7, 0, 2, 3)).isEqualTo(new Check.OutOfOrder(3));
        assertOk(check(8, 0, 0, 4));
    }

    @Test
    void tellsARepetitionOfOneOfTheLastFiveBatches() {
        for (int i = 0; i < 6; i++) {
            append(7, 0, 2 * i, 2);
        }
        for (int i = 1; i < 6; i++) {
            assertThat(check(7, 0, 2 * i, 2 * i + 1))
                    .isEqualTo(new Check.Duplicate(2 * i, 2 * i + 1, 1000 + 2 * i + 1));
        }
        assertThat(check(7, 0, 10, 10)).isEqualTo(new Check.OutOfOrder(12));
    }

    @Test
    void tellsAnOlderRepetitionTooAndNoGap() {
        committed = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            append(7, 0, 2 * i, 2);
        }
        assertThat(check(7, 0, 0, 1)).isInstanceOf(Check.OldDuplicate.class);
        assertThat(check(7, 0, 5, 8)).isInstanceOf(Check.OldDuplicate.class);
        assertThat(check(7, 0, 27, 30)).isEqualTo(new Check.OutOfOrder(40));
        assertThat(check(7, 0, MAX, 1)).isEqualTo(new Check.OutOfOrder(40));
        assertThat(check(7, 0, 41, 41)).isEqualTo(new Check.OutOfOrder(40));
    }

    @Test
    void whatAForgottenProducerWroteBeforeItWentOnIsNotTakenForGranted() {
        committed = Long.MAX_VALUE;
        append(7, 0, 0, 100);
        state.expire(now + 100, 50, 10, nextIndex - 1);
        for (int i = 0; i < 20; i++) {
            append(7, 0, 110 + i, 1);
        }
        assertThat(check(7, 0, 110, 110)).isInstanceOf(Check.OldDuplicate.class);
        assertThat(check(7, 0, 109, 110)).isEqualTo(new Check.OutOfOrder(130));
        assertThat(check(7, 0, 100, 109)).isEqualTo(new Check.OutOfOrder(130));
    }

    @Test
    void whatAnEarlierEpochWroteIsNoRepetition() {
        committed = Long.MAX_VALUE;
        append(7, 0, 0, 100);
        for (int i = 0; i < 10; i++) {
            append(7, 1, i, 1);
        }
        assertThat(check(7, 1, 3, 3)).isInstanceOf(Check.OldDuplicate.class);
        assertThat(check(7, 1, 50, 50)).isEqualTo(new Check.OutOfOrder(10));
    }

    @Test
    void aGapIsNoRepetitionAlsoAfterAllSequencesWereUsed() {
        committed = Long.MAX_VALUE;
        int step = 1 << 26;
        for (int i = 0; i < 40; i++) {
            appendSpan((i * step) & MAX, step);
        }
        int next = (40 * step) & MAX;
        assertThat(check(7, 0, next + 1, next + 1)).isEqualTo(new Check.OutOfOrder(next));
        assertThat(check(7, 0, next + step, next + step)).isEqualTo(new Check.OutOfOrder(next));
        assertThat(check(7, 0, (30 * step) & MAX, (30 * step) & MAX)).isInstanceOf(Check.OldDuplicate.class);
    }

    @Test
    void aNewEpochBeginsAtZeroAndFencesTheOld() {
        append(7, 1, 0, 5);
        assertThat(check(7, 2, 5, 5)).isEqualTo(new Check.OutOfOrder(0));
        assertOk(check(7, 2, 0, 0));
        append(7, 2, 0, 1);
        assertThat(check(7, 1, 5, 5)).isEqualTo(new Check.StaleEpoch((short) 2));
        assertThat(check(7, 2, 0, 4)).isEqualTo(new Check.OutOfOrder(1));
        assertThat(check(7, 2, 0, 0)).isInstanceOf(Check.Duplicate.class);
    }

    @Test
    void sequencesGoOnWithZeroAfterTheLargest() {
        append(7, 0, MAX - 1, 2);
        assertOk(check(7, 0, 0, 0));
        assertThat(check(7, 0, MAX, MAX)).isEqualTo(new Check.OutOfOrder(0));
        append(7, 0, 0, 1);
        append(7, 0, 1, 1);
        assertOk(check(7, 0, 2, 2));
    }

    @Test
    void aBatchAcrossTheWrapIsToldWhenRepeated() {
        append(7, 0, MAX, 3);
        assertThat(check(7, 0, MAX, 1)).isEqualTo(new Check.Duplicate(0, 2, 1002L + MAX));
        assertOk(check(7, 0, 2, 2));
    }

    @Test
    void truncationTakesBackExactlyWhatWasAppended() {
        Random random = Seeds.random(3);
        for (int round = 0; round < 100; round++) {
            long keep = random.nextInt(25);
            ProducerStateTest all = new ProducerStateTest();
            ProducerStateTest kept = new ProducerStateTest();
            int[] sequences = new int[3];
            int epoch = 0;
            for (int i = 0; i < 25; i++) {
                if (random.nextInt(6) == 0) {
                    epoch++;
                    Arrays.fill(sequences, 0);
                }
                int id = 1 + random.nextInt(2);
                long index = all.append(id, epoch, sequences[id], 1);
                if (index <= keep) {
                    kept.append(id, epoch, sequences[id], 1);
                }
                all.committed = Math.min(keep, index - random.nextInt(3));
                sequences[id]++;
            }
            all.state.truncateFrom(keep + 1);
            assertThat(all.state.describe()).containsExactlyInAnyOrderElementsOf(kept.state.describe());
            for (int first = 0; first < 26; first++) {
                for (int e = 0; e <= epoch; e++) {
                    Check check = all.check(1, e, first, first);
                    if (check instanceof Check.OldDuplicate) {
                        assertThat(kept.check(1, e, first, first)).isInstanceOf(Check.Duplicate.class);
                    } else {
                        assertThat(check).isEqualTo(kept.check(1, e, first, first));
                    }
                }
            }
        }
    }

    @Test
    void aSnapshotHoldsTheStateAsOfAnIndex() {
        for (int i = 0; i < 10; i++) {
            append(7, 0, i, 1);
        }
        append(8, 0, 0, 1);
        ByteBuf stored = Unpooled.buffer();
        state.writeTo(stored, 8);
        ProducerState restored = ProducerState.readFrom(stored, true);
        assertThat(restored.size()).isEqualTo(1);
        assertOk(restored.check(7, (short) 0, 8, 8));
        assertThat(restored.check(7, (short) 0, 3, 3)).isInstanceOf(Check.Duplicate.class);
        assertThat(restored.check(7, (short) 0, 2, 2)).isInstanceOf(Check.OldDuplicate.class);
    }

    @Test
    void forgetsTheSilentButNeverTheUncommitted() {
        append(7, 0, 0, 1);
        now += 100;
        long index = append(8, 0, 0, 1);
        state.expire(now + 50, 120, 10, 0);
        assertThat(state.size()).isEqualTo(2);
        state.expire(now + 50, 120, 10, index);
        assertThat(state.describe())
                .extracting(ProducerState.Description::producerId)
                .containsExactly(8L);
    }

    @Test
    void forgetsWhoWasSilentForLongestBeyondTheLimit() {
        append(7, 0, 0, 1);
        append(8, 0, 0, 1);
        append(9, 0, 0, 1);
        long index = append(7, 0, 1, 1);
        state.expire(now, 1000, 2, index);
        assertThat(state.describe())
                .extracting(ProducerState.Description::producerId)
                .containsExactly(9L, 7L);
    }
}
