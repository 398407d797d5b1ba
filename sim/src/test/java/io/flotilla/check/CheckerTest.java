package io.flotilla.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.check.Event.Bound;
import io.flotilla.check.Event.BoundTold;
import io.flotilla.check.Event.CommitAcknowledged;
import io.flotilla.check.Event.CommitFetched;
import io.flotilla.check.Event.CommitInvoked;
import io.flotilla.check.Event.DeletionAllowed;
import io.flotilla.check.Event.Denied;
import io.flotilla.check.Event.Healed;
import io.flotilla.check.Event.Note;
import io.flotilla.check.Event.Polled;
import io.flotilla.check.Event.Positioned;
import io.flotilla.check.Event.Read;
import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendFailed;
import io.flotilla.check.Event.SendIndeterminate;
import io.flotilla.check.Event.SendInvoked;
import io.flotilla.check.Event.SendKept;
import io.flotilla.check.Event.Source;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.Event.TopicDeleted;
import io.flotilla.check.Event.Unassigned;
import io.flotilla.check.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One history in which all is well, and for each thing that can go wrong one that differs from it in just that. */
class CheckerTest {
    private static final Partition P = new Partition("t", 0);
    private static final long NEVER_SINCE = 0;
    private static final long NOW = Long.MAX_VALUE;

    private final History history = new History(() -> 7);

    /** Producer a sends a0 to a3, of which a2 times out and is kept; producer b's b0 is refused; a reader reads all. */
    private void fine() {
        sent("a", "a0", 0);
        sent("a", "a1", 1);
        add(new SendInvoked("a", P, "a2"), new SendIndeterminate("a", P, "a2", "timeout"));
        sent("a", "a3", 3);
        add(new SendInvoked("b", P, "b0"), new SendFailed("b", P, "b0", "too large"));
        add(new Positioned("r", P, 0), polled("r", 0, "a0", "a1"), polled("r", 2), polled("r", 2, "a2", "a3"));
        add(new CommitInvoked("g", P, 2), new CommitAcknowledged("g", P, 2, history.mark()));
        add(new CommitFetched("g", P, 2, history.mark()));
        told(Source.CURRENT, Bound.HIGH_WATERMARK, 4);
        told(Source.CURRENT, Bound.LOG_START, 0);
    }

    private void end() {
        replica("1", 0, "a0", "a1", "a2", "a3");
        replica("2", 0, "a0", "a1", "a2", "a3");
    }

    @Test
    void nothingIsFoundWhereAllIsWell() {
        fine();
        end();
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void whatAReplicaLacksInItsEndIsNoLossBeforeHealing() {
        fine();
        replica("1", 0, "a0", "a1", "a2", "a3");
        replica("2", 0, "a0", "a1");
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void anUnansweredSendMayBeKeptOrNot() {
        fine();
        add(new SendInvoked("c", P, "kept"), new SendInvoked("d", P, "not"));
        replica("1", 0, "a0", "a1", "a2", "a3", "kept");
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsALostWrite() {
        fine();
        sent("b", "b1", 4);
        end();
        Violation found = only(Kind.LOST_WRITE);
        assertThat(found.text()).contains("b1 at 4");
        assertThat(found.toString()).contains("LOST_WRITE in t-0", "SendAcknowledged", "7 ms");
    }

    @Test
    void findsALostWriteWhereNoReplicaIsLeft() {
        sent("a", "a0", 0);
        only(Kind.LOST_WRITE);
    }

    @Test
    void findsALostWriteThatWasSaidToBeKeptSomewhere() {
        fine();
        add(new SendInvoked("b", P, "b1"), new SendKept("b", P, "b1"));
        replica("1", 0, "a0", "a1", "a2", "a3", "b1");
        assertThat(Checker.check(history)).isEmpty();
        end();
        assertThat(only(Kind.LOST_WRITE).text()).contains("b1: said to be kept");
    }

    @Test
    void findsALogStartThatNobodyMoved() {
        fine();
        ends(2, "a2", "a3");
        assertThat(kinds()).containsOnly(Kind.LOST_WRITE, Kind.UNCOMMITTED_READ);
    }

    @Test
    void deletedRecordsMayBeGoneButNotOthers() {
        fine();
        add(new DeletionAllowed(P, 2));
        ends(2, "a2", "a3");
        assertThat(Checker.check(history)).isEmpty();
        ends(3, "a3");
        assertThat(kinds()).containsOnly(Kind.UNCOMMITTED_READ);
    }

    @Test
    void findsADuplicateInTheLog() {
        fine();
        ends(0, "a0", "a1", "a2", "a3", "a1");
        only(Kind.DUPLICATE);
    }

    @Test
    void findsAWriteAcknowledgedTwice() {
        fine();
        add(new SendAcknowledged("a", P, "a1", 2));
        end();
        assertThat(kinds()).contains(Kind.DUPLICATE);
    }

    @Test
    void findsADuplicateThatOnlyReadersSaw() {
        fine();
        sent("a", "a4", 4);
        sent("a", "a5", 6);
        add(polled("r", 4, "a4", "a4", "a5"), new DeletionAllowed(P, 7));
        ends(7);
        only(Kind.DUPLICATE);
    }

    @Test
    void findsARefusedWriteThatWasStored() {
        fine();
        ends(0, "a0", "a1", "a2", "a3", "b0");
        only(Kind.FAILED_WRITE_STORED);
    }

    @Test
    void findsAnInventedRecord() {
        fine();
        ends(0, "a0", "a1", "a2", "a3", "out of the blue");
        only(Kind.INVENTED_RECORD);
    }

    @Test
    void findsAnInventedRecordThatWasRead() {
        fine();
        add(polled("r", 4, "out of the blue"));
        end();
        only(Kind.INVENTED_RECORD);
    }

    @Test
    void findsReorderedSends() {
        add(new SendInvoked("a", P, "a0"), new SendInvoked("a", P, "a1"), new SendInvoked("b", P, "b0"));
        ends(0, "b0", "a1", "a0");
        only(Kind.REORDERED_SENDS);
    }

    @Test
    void findsAnUncommittedRead() {
        fine();
        add(new SendInvoked("b", P, "b1"), new SendIndeterminate("b", P, "b1", "timeout"), polled("r", 4, "b1"));
        end();
        only(Kind.UNCOMMITTED_READ);
    }

    @Test
    void findsAnOffsetThatDoesNotHoldWhatWasAcknowledgedThere() {
        add(new SendInvoked("a", P, "a0"), new SendInvoked("b", P, "b0"));
        add(new SendAcknowledged("a", P, "a0", 0), new SendAcknowledged("b", P, "b0", 0));
        ends(0, "a0", "b0");
        only(Kind.INCONSISTENT_OFFSET);
    }

    @Test
    void findsTwoReadersThatSawDifferentRecords() {
        add(new SendInvoked("a", P, "a0"), new SendInvoked("b", P, "b0"), new TopicDeleted("t"));
        add(new Positioned("r", P, 0), polled("r", 0, "a0"));
        add(new Positioned("s", P, 0), polled("s", 0, "b0"));
        only(Kind.INCONSISTENT_OFFSET);
    }

    @Test
    void findsASkippedRead() {
        fine();
        add(new Positioned("s", P, 0), polled("s", 0, "a0"));
        add(new Polled("s", P, List.of(new Read(2, "a2"), new Read(3, "a3")), 4, -1));
        end();
        assertThat(only(Kind.SKIPPED_READ).text()).contains("a1 at 1");
    }

    @Test
    void findsAPositionThatStepsOverRecords() {
        fine();
        add(new Positioned("s", P, 0), new Polled("s", P, List.of(), 3, -1));
        end();
        only(Kind.SKIPPED_READ);
    }

    @Test
    void findsARecordReadAgain() {
        fine();
        add(new Positioned("s", P, 0), polled("s", 0, "a0", "a1"), polled("s", 1, "a1"));
        end();
        only(Kind.NON_MONOTONIC_READ);
    }

    @Test
    void findsAPositionThatGoesBack() {
        fine();
        add(new Positioned("s", P, 0), polled("s", 0, "a0", "a1"), new Polled("s", P, List.of(), 1, -1));
        end();
        only(Kind.NON_MONOTONIC_READ);
    }

    @Test
    void aConsumerMayReadAgainWhatItSeeksOrIsGivenAgain() {
        fine();
        add(new Positioned("r", P, 1), polled("r", 1, "a1"), new Unassigned("r", P), new Positioned("r", P, 0));
        add(polled("r", 0, "a0"));
        end();
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsAFetchBeyondTheHighWatermark() {
        fine();
        add(new Positioned("s", P, 0), new Polled("s", P, List.of(new Read(0, "a0"), new Read(1, "a1")), 2, 1));
        end();
        only(Kind.BEYOND_HIGH_WATERMARK);
    }

    @Test
    void findsAHighWatermarkThatNeverWas() {
        fine();
        told(Source.replica("2"), Bound.HIGH_WATERMARK, 5);
        end();
        only(Kind.BEYOND_HIGH_WATERMARK);
    }

    @Test
    void findsBoundsThatGoBack() {
        for (Bound bound : Bound.values()) {
            told(Source.replica("1"), bound, 2);
            told(Source.replica("2"), bound, 1);
            told(Source.replica("1"), bound, 1);
        }
        ends(2);
        assertThat(kinds()).containsExactly(Kind.BOUND_WENT_BACK, Kind.BOUND_WENT_BACK, Kind.BOUND_WENT_BACK);
    }

    @Test
    void answersToRequestsAtTheSameTimeMayCrossEachOther() {
        fine();
        long since = history.mark();
        add(new BoundTold(Source.CURRENT, P, Bound.LAST_STABLE_OFFSET, 4, since));
        add(new BoundTold(Source.CURRENT, P, Bound.LAST_STABLE_OFFSET, 3, since));
        end();
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsAnEndBelowAcknowledgedData() {
        sent("a", "a0", 0);
        add(new BoundTold(Source.CURRENT, P, Bound.HIGH_WATERMARK, 0, history.mark()));
        ends(0, "a0");
        only(Kind.DATA_DENIED);
    }

    @Test
    void aReplicaMayNotKnowYetWhatWasAcknowledged() {
        sent("a", "a0", 0);
        add(new BoundTold(Source.replica("2"), P, Bound.HIGH_WATERMARK, 0, history.mark()));
        ends(0, "a0");
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsALogStartBehindData() {
        fine();
        told(Source.replica("2"), Bound.LOG_START, 2);
        end();
        only(Kind.DATA_DENIED);
    }

    @Test
    void findsAnOffsetCalledOutOfRangeThatExists() {
        fine();
        add(new Denied("r", P, 4, "OFFSET_OUT_OF_RANGE", history.mark()));
        end();
        only(Kind.DATA_DENIED);
    }

    @Test
    void findsAPartitionCalledUnknownThatExists() {
        fine();
        add(new Denied("r", P, -1, "UNKNOWN_TOPIC_OR_PARTITION", history.mark()));
        end();
        only(Kind.DATA_DENIED);
    }

    @Test
    void dataMayBeDeniedThatIsNotThere() {
        add(new Denied("r", P, -1, "UNKNOWN_TOPIC_OR_PARTITION", history.mark()));
        fine();
        add(new Denied("r", P, 5, "OFFSET_OUT_OF_RANGE", history.mark()));
        add(new DeletionAllowed(P, 2), new Denied("r", P, 1, "OFFSET_OUT_OF_RANGE", history.mark()));
        ends(2, "a2", "a3");
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void aDeletedTopicOwesNothing() {
        fine();
        add(new TopicDeleted("t"), new CommitFetched("g", P, -1, history.mark()));
        add(new Denied("r", P, -1, "UNKNOWN_TOPIC_OR_PARTITION", history.mark()), new Healed());
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsAGroupOffsetThatGoesBack() {
        for (long offset : List.of(2, -1, 0)) {
            History each = new History(() -> 0);
            each.add(new CommitInvoked("g", P, 0));
            each.add(new CommitAcknowledged("g", P, 0, NEVER_SINCE));
            each.add(new CommitInvoked("g", P, 2));
            each.add(new CommitAcknowledged("g", P, 2, NEVER_SINCE));
            each.add(new CommitInvoked("g", P, 3));
            each.add(new CommitAcknowledged("g", P, 3, NEVER_SINCE));
            each.add(new CommitFetched("g", P, offset, NOW));
            assertThat(Checker.check(each)).extracting(Violation::kind).containsExactly(Kind.GROUP_OFFSET_WENT_BACK);
        }
    }

    @Test
    void aCommitWithoutAnAnswerMayArriveLate() {
        add(new CommitInvoked("g", P, 2));
        add(new CommitInvoked("g", P, 3), new CommitAcknowledged("g", P, 3, history.mark()));
        add(new CommitFetched("g", P, 2, history.mark()));
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsACommitOfAMemberThatWasReplaced() {
        add(new CommitInvoked("g", P, 3), new CommitAcknowledged("g", P, 3, history.mark()));
        add(new CommitInvoked("g", P, 2), new CommitAcknowledged("g", P, 2, history.mark()));
        only(Kind.GROUP_OFFSET_WENT_BACK);
    }

    @Test
    void findsAGroupOffsetThatNobodyCommitted() {
        add(new CommitInvoked("g", P, 3), new CommitFetched("g", P, 4, history.mark()));
        only(Kind.GROUP_OFFSET_INVENTED);
    }

    @Test
    void findsReplicasThatDiffer() {
        for (Stored other :
                List.of(new Stored(1, 1, "a1", 999), new Stored(1, 2, "a1", 1), new Stored(1, 1, "b1", 1))) {
            History each = new History(() -> 0);
            each.add(new ReplicaLog("1", P, 0, 2, List.of(new Stored(0, 1, "a0", 0), new Stored(1, 1, "a1", 1))));
            each.add(new ReplicaLog("2", P, 0, 2, List.of(new Stored(0, 1, "a0", 0), other)));
            assertThat(Checker.check(each)).extracting(Violation::kind).containsExactly(Kind.REPLICAS_DIFFER);
        }
    }

    @Test
    void findsAHoleInAReplica() {
        ReplicaLog hole = new ReplicaLog("2", P, 0, 2, List.of(new Stored(1, 1, "a1", 1)));
        replica("1", 0, "a0", "a1");
        add(hole);
        only(Kind.REPLICAS_DIFFER);
    }

    @Test
    void replicasMayBeginAndEndApart() {
        replica("1", 0, "a0", "a1");
        add(new ReplicaLog("2", P, 1, 3, List.of(new Stored(1, 1, "a1", 1), new Stored(2, 1, "a2", 2))));
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsNoProgressAfterHealing() {
        fine();
        add(new Healed(), new SendInvoked("a", P, "a4"), new SendIndeterminate("a", P, "a4", "timeout"));
        end();
        only(Kind.NO_PROGRESS);
    }

    @Test
    void findsASendThatIsNeverAnswered() {
        fine();
        add(new SendInvoked("a", P, "a4"), new Healed());
        end();
        only(Kind.NO_PROGRESS);
    }

    @Test
    void findsAStuckReader() {
        fine();
        add(new Positioned("s", P, 1), new Healed());
        end();
        assertThat(only(Kind.NO_PROGRESS).text()).contains("s has stopped at 1");
    }

    @Test
    void findsAStuckReplica() {
        fine();
        add(new Healed());
        replica("1", 0, "a0", "a1", "a2", "a3");
        replica("2", 0, "a0", "a1", "a2");
        assertThat(only(Kind.NO_PROGRESS).text()).contains("2 has stopped at 3");
    }

    @Test
    void progressAfterHealingIsFine() {
        add(
                new SendInvoked("a", P, "a0"),
                new SendIndeterminate("a", P, "a0", "timeout"),
                new Note("cut"),
                new Healed());
        sent("a", "a1", 0);
        add(new Positioned("r", P, 0), polled("r", 0, "a1"));
        ends(0, "a1");
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void aHistoryThatMakesNoSenseIsRefused() {
        add(new SendAcknowledged("a", P, "a0", 0));
        assertThatThrownBy(() -> Checker.check(history)).isInstanceOf(IllegalArgumentException.class);
        History twice = new History(() -> 0);
        twice.add(new SendInvoked("a", P, "a0"));
        twice.add(new SendInvoked("b", P, "a0"));
        assertThatThrownBy(() -> Checker.check(twice)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theReportCountsAllAndShowsTheFirst() {
        sent("a", "a0", 0);
        sent("a", "a1", 1);
        List<Violation> violations = Checker.check(history);
        assertThat(Violation.report(violations, 1))
                .contains("LOST_WRITE=2", "a0 at 0")
                .doesNotContain("a1 at 1");
    }

    private void add(Event... events) {
        List.of(events).forEach(history::add);
    }

    private void sent(String producer, String key, long offset) {
        add(new SendInvoked(producer, P, key), new SendAcknowledged(producer, P, key, offset));
    }

    private void told(Source source, Bound bound, long offset) {
        add(new BoundTold(source, P, bound, offset, history.mark()));
    }

    /** A poll that gets these records, one after the other from an offset. */
    private static Polled polled(String consumer, long offset, String... keys) {
        List<Read> records = IntStream.range(0, keys.length)
                .mapToObj(i -> new Read(offset + i, keys[i]))
                .toList();
        return new Polled(consumer, P, records, offset + keys.length, -1);
    }

    /** What a replica holds: these records, one after the other from an offset. */
    private void replica(String name, long logStart, String... keys) {
        List<Stored> records = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            records.add(new Stored(logStart + i, 1, keys[i], i + logStart));
        }
        add(new ReplicaLog(name, P, logStart, logStart + keys.length, records));
    }

    /** What both replicas hold. */
    private void ends(long logStart, String... keys) {
        replica("1", logStart, keys);
        replica("2", logStart, keys);
    }

    private List<Kind> kinds() {
        return Checker.check(history).stream().map(Violation::kind).toList();
    }

    private Violation only(Kind kind) {
        List<Violation> violations = Checker.check(history);
        assertThat(violations).extracting(Violation::kind).containsExactly(kind);
        return violations.get(0);
    }
}
