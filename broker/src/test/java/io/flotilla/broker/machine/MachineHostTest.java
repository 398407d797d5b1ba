package io.flotilla.broker.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.wire.record.Record;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MachineHostTest {
    private static final int MAX_BATCH_BYTES = 1_000;

    private final TestLoop loop = new TestLoop();
    private final List<Journal> machines = new ArrayList<>();
    private final MachineHost<Journal> host = new MachineHost<>("test-0", this::machine, loop, MAX_BATCH_BYTES);
    private final TestPartition partition = new TestPartition(loop, host);

    /** A machine that remembers the values it was given, in order. */
    private static final class Journal implements StateMachine {
        final Timers timers;
        final List<String> values = new ArrayList<>();
        final List<Long> offsets = new ArrayList<>();
        final List<Held<String>> waiting = new ArrayList<>();
        boolean loaded;

        Journal(Timers timers) {
            this.timers = timers;
        }

        @Override
        public void replay(Record record) {
            values.add(record.valueText());
            offsets.add(record.offset());
        }

        @Override
        public void loaded() {
            loaded = true;
        }
    }

    private Journal machine(Timers timers) {
        Journal machine = new Journal(timers);
        machines.add(machine);
        return machine;
    }

    private static Function<Journal, Outcome<String>> write(String... values) {
        return machine -> new Outcome<>(records(values), "wrote " + String.join(",", values));
    }

    private static Function<Journal, Outcome<String>> read() {
        return machine -> Outcome.read(String.join(",", machine.values));
    }

    private static List<MachineRecord> records(String... values) {
        return Stream.of(values)
                .map(value -> new MachineRecord(new byte[] {1}, value.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private <R> CompletableFuture<R> submit(Function<Journal, Outcome<R>> command) {
        CompletableFuture<R> answer = PromptFuture.of(host.submit(command));
        loop.run();
        return answer;
    }

    @BeforeEach
    void lead() {
        partition.lead();
    }

    @Test
    void answersACommandWhenItsRecordsAreCommitted() {
        partition.holdCommits = true;
        CompletableFuture<String> answer = submit(write("a"));
        assertThat(answer).isNotDone();
        partition.commit();
        assertThat(answer).isCompletedWithValue("wrote a");
    }

    @Test
    void showsARecordToTheNextCommandBeforeItIsCommittedButLetsNoAnswerOut() {
        partition.holdCommits = true;
        submit(write("a"));
        CompletableFuture<String> seen = submit(read());
        assertThat(seen).as("a read of what may yet vanish").isNotDone();
        partition.commit();
        assertThat(seen).isCompletedWithValue("a");
    }

    @Test
    void answersAReadAtOnceWhenNothingIsPending() {
        submit(write("a"));
        partition.holdCommits = true;
        assertThat(submit(read())).isCompletedWithValue("a");
    }

    @Test
    void readsAreAnsweredOnlyWhereThisBrokerCertainlyLeads() {
        submit(write("a"));
        CompletableFuture<String> read = PromptFuture.of(host.read(read()));
        loop.run();
        assertThat(read).isCompletedWithValue("a");
        partition.depose();
        CompletableFuture<String> late = PromptFuture.of(host.read(read()));
        loop.run();
        assertThat(late).failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(NotLeaderException.class);
    }

    @Test
    void putsCommandsOfOneTurnIntoOneBatchInOrder() {
        CompletableFuture<String> first = host.submit(write("a", "b"));
        CompletableFuture<String> second = host.submit(write("c"));
        loop.run();
        assertThat(first).isCompletedWithValue("wrote a,b");
        assertThat(second).isCompletedWithValue("wrote c");
        assertThat(partition.batchCount()).isEqualTo(1);
        assertThat(partition.records()).extracting(Record::valueText).containsExactly("a", "b", "c");
    }

    @Test
    void tellsTheMachineTheOffsetsItsRecordsGet() {
        host.submit(write("a", "b"));
        host.submit(write("c"));
        loop.run();
        submit(write("d"));
        assertThat(machines.get(0).offsets).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void beginsANewBatchRatherThanExceedTheLimit() {
        String large = "x".repeat(MAX_BATCH_BYTES / 2);
        host.submit(write(large));
        host.submit(write(large));
        loop.run();
        assertThat(partition.batchCount()).isEqualTo(2);
        assertThat(machines.get(0).offsets).containsExactly(0L, 1L);
    }

    @Test
    void refusesRecordsThatFitNoBatchAndAppliesNoneOfThem() {
        CompletableFuture<String> answer = submit(write("a", "x".repeat(MAX_BATCH_BYTES)));
        assertThatThrownBy(answer::join).hasCauseInstanceOf(BatchTooLargeException.class);
        assertThat(submit(read())).isCompletedWithValue("");
        assertThat(partition.batchCount()).isZero();
    }

    @Test
    void aCommandThatThrowsChangesNothing() {
        CompletableFuture<String> answer = submit(machine -> {
            throw new IllegalArgumentException("no");
        });
        assertThatThrownBy(answer::join).hasRootCauseMessage("no");
        assertThat(submit(write("a"))).isCompletedWithValue("wrote a");
    }

    @Test
    void failsWhatIsPendingWhenLeadershipIsLost() {
        partition.holdCommits = true;
        CompletableFuture<String> written = submit(write("a"));
        CompletableFuture<String> seen = submit(read());
        CompletableFuture<String> heldBack = submit(hold());
        CompletableFuture<String> notEvenAppended = host.submit(write("b"));
        partition.resign();
        for (CompletableFuture<String> each : List.of(written, seen, heldBack, notEvenAppended)) {
            assertThatThrownBy(each::join).hasCauseInstanceOf(NotLeaderException.class);
        }
        assertThatThrownBy(submit(read())::join).hasCauseInstanceOf(NotLeaderException.class);
    }

    @Test
    void forgetsWhatWasNotCommittedWhenItLeadsAgain() {
        submit(write("a"));
        partition.holdCommits = true;
        submit(write("lost"));
        partition.resign();
        partition.holdCommits = false;
        partition.lead();
        assertThat(submit(read())).isCompletedWithValue("a");
        assertThat(machines).hasSize(2);
    }

    @Test
    void loadsAllBatchesOfTheLogBeforeItTakesCommands() {
        submit(write("a", "b"));
        submit(write("c"));
        partition.resign();
        partition.holdReads = true;
        partition.lead();
        assertThatThrownBy(submit(read())::join).hasCauseInstanceOf(LoadingException.class);
        partition.releaseReads();
        assertThat(submit(read())).isCompletedWithValue("a,b,c");
        assertThat(machines.get(1).offsets).containsExactly(0L, 1L, 2L);
        assertThat(machines.get(1).loaded).isTrue();
    }

    @Test
    void doesNotLoadRecordsBelowTheLogStart() {
        submit(write("a", "b"));
        submit(write("c"));
        partition.resign();
        partition.deleteRecordsBefore(1);
        partition.lead();
        assertThat(submit(read())).isCompletedWithValue("b,c");
    }

    @Test
    void anEndedLoadDoesNotDisturbTheNextLeadership() {
        submit(write("a"));
        partition.resign();
        partition.holdReads = true;
        partition.lead();
        partition.resign();
        partition.releaseReads();
        partition.lead();
        assertThat(submit(read())).isCompletedWithValue("a");
        assertThat(machines.get(1).values).as("the machine that was given up").isEmpty();
    }

    @Test
    void loadsAgainWhenTheLogRefusesABatch() {
        submit(write("a"));
        partition.refusal = new IllegalStateException("disk full");
        CompletableFuture<String> refused = submit(write("b"));
        assertThatThrownBy(refused::join).hasCauseInstanceOf(LoadingException.class);
        partition.refusal = null;
        assertThat(submit(read())).as("b was applied, but is not in the log").isCompletedWithValue("a");
    }

    @Test
    void waitsForWhatIsInTheLogWhenItLoadsAgain() {
        partition.holdCommits = true;
        submit(write("a"));
        partition.refusal = new NotLeaderException("too much is uncommitted");
        submit(write("b"));
        partition.refusal = null;
        assertThatThrownBy(submit(read())::join).hasCauseInstanceOf(LoadingException.class);
        partition.commit();
        assertThat(submit(read())).isCompletedWithValue("a");
    }

    @Test
    void aHeldCallerIsAnsweredByADeliveryOnceThatIsCommitted() {
        CompletableFuture<String> waiting = submit(hold());
        assertThat(waiting).isNotDone();
        partition.holdCommits = true;
        submit(deliver("here", "a"));
        assertThat(waiting).isNotDone();
        partition.commit();
        assertThat(waiting).isCompletedWithValue("here");
    }

    @Test
    void anUncommittedDeliveryIsAFailureWhenLeadershipIsLost() {
        CompletableFuture<String> waiting = submit(hold());
        partition.holdCommits = true;
        submit(deliver("here", "a"));
        partition.resign();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(NotLeaderException.class);
    }

    @Test
    void aTimerIsACommand() {
        submit(schedule("k", 50, "late"));
        loop.advance(49);
        assertThat(submit(read())).isCompletedWithValue("");
        loop.advance(1);
        assertThat(submit(read())).isCompletedWithValue("late");
        assertThat(partition.records()).extracting(Record::valueText).containsExactly("late");
    }

    @Test
    void aTimerIsReplacedCancelledAndGoneWithItsMachine() {
        submit(schedule("k", 50, "first"));
        submit(schedule("k", 60, "second"));
        submit(schedule("cancelled", 10, "never"));
        submit(machine -> {
            machine.timers.cancel("cancelled");
            return Outcome.read("");
        });
        loop.advance(60);
        assertThat(submit(read())).isCompletedWithValue("second");
        submit(schedule("k", 50, "of a machine that ends"));
        partition.resign();
        partition.lead();
        loop.advance(1_000);
        assertThat(submit(read())).isCompletedWithValue("second");
    }

    private static Function<Journal, Outcome<String>> hold() {
        return machine -> {
            Held<String> held = new Held<>();
            machine.waiting.add(held);
            return new Outcome<>(List.of(), null, held, List.of());
        };
    }

    private static Function<Journal, Outcome<String>> deliver(String response, String... values) {
        return machine ->
                new Outcome<>(records(values), "", null, List.of(new Delivery<>(machine.waiting.remove(0), response)));
    }

    private static Function<Journal, Outcome<String>> schedule(String key, long delayMs, String value) {
        return machine -> {
            machine.timers.schedule(key, delayMs, () -> new Outcome<>(records(value), null));
            return Outcome.read("");
        };
    }
}
