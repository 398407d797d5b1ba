package io.flotilla.broker.machine;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine during one leadership, from loading to its end. All on the partition's loop except {@link #submit}.
 *
 * <p>Commands that run in the same turn of the loop share a batch (their records stay together, so each is still atomic),
 * which is appended at the end of the turn. Answers wait in the round of the last record applied before them.
 */
final class Tenure<S extends StateMachine> {
    private static final Logger log = LoggerFactory.getLogger(Tenure.class);

    private final String name;
    private final LedPartition partition;
    private final Clock clock;
    private final int maxBatchBytes;
    private final Consumer<Tenure<S>> onRefusedAppend;
    private final LoopTimers timers;
    private final S machine;
    private final Loader loader;

    /** Appended rounds in log order, whose commit is awaited; they are committed in this order too. */
    private final ArrayDeque<Round> inFlight = new ArrayDeque<>();
    /** Callers left waiting by the machine. */
    private final Set<Held<?>> held = new LinkedHashSet<>();
    /** This turn's records, not appended yet; null when there are none. */
    private Round open;
    /** Why commands are refused; null while active. */
    private RuntimeException refusal;

    /** @param onRefusedAppend told after this tenure ended because the log refused a batch while it still led */
    Tenure(
            String name,
            LedPartition partition,
            MachineFactory<S> factory,
            Clock clock,
            int maxBatchBytes,
            Consumer<Tenure<S>> onRefusedAppend) {
        this.name = name;
        this.partition = partition;
        this.clock = clock;
        this.maxBatchBytes = maxBatchBytes;
        this.onRefusedAppend = onRefusedAppend;
        this.timers = new LoopTimers(partition.loop(), this::runTimer);
        this.machine = factory.create(timers);
        this.loader = new Loader(name, partition, machine, this::loaded);
        this.refusal = new LoadingException(name + " is loading");
    }

    LedPartition partition() {
        return partition;
    }

    void load() {
        loader.resume();
    }

    void committed() {
        loader.resume();
    }

    <R> CompletableFuture<R> submit(Function<? super S, Outcome<R>> command) {
        CompletableFuture<R> caller = new CompletableFuture<>();
        onLoop(() -> run(command, caller));
        return caller;
    }

    <R> CompletableFuture<R> read(Function<? super S, Outcome<R>> command) {
        return CompletableFuture.supplyAsync(partition::confirm, this::onLoop)
                .thenCompose(Function.identity())
                .thenCompose(confirmed -> confirmed
                        ? submit(command)
                        : CompletableFuture.failedFuture(
                                new NotLeaderException("perhaps no longer the leader of " + name)));
    }

    private void onLoop(Runnable task) {
        if (partition.loop().inEventLoop()) {
            task.run();
        } else {
            partition.loop().execute(task);
        }
    }

    /** The machine is over: everybody who waits is told why. */
    void end(RuntimeException why) {
        refusal = why;
        loader.cancel();
        timers.cancelAll();
        if (open != null) {
            inFlight.add(open);
            open = null;
        }
        List<Round> rounds = List.copyOf(inFlight);
        List<Held<?>> waiting = List.copyOf(held);
        inFlight.clear();
        held.clear();
        rounds.forEach(round -> round.failed(why));
        waiting.forEach(one -> one.future.completeExceptionally(why));
    }

    private void loaded(RuntimeException failure) {
        if (failure instanceof NotLeaderException lost) {
            end(lost);
        } else if (failure != null) {
            log.error(
                    "{}: cannot be loaded; its coordinator stays away until another leader is elected", name, failure);
            end(new IllegalStateException(name + " could not be loaded", failure));
        } else {
            refusal = null;
            machine.loaded();
            log.debug("{}: loaded up to offset {} in term {}", name, partition.logEndOffset(), partition.term());
        }
    }

    private <R> void run(Function<? super S, Outcome<R>> command, CompletableFuture<R> caller) {
        if (refusal != null) {
            caller.completeExceptionally(refusal);
            return;
        }
        Outcome<R> outcome;
        try {
            outcome = command.apply(machine);
            makeRoom(outcome.records());
        } catch (RuntimeException e) {
            caller.completeExceptionally(e);
            return;
        }
        if (refusal != null) { // the append that made room was refused
            caller.completeExceptionally(refusal);
            return;
        }
        apply(outcome.records());
        if (outcome.held() == null) {
            answer(new Round.Answer<>(caller, outcome.response()));
        } else {
            hold(outcome.held(), caller);
        }
        outcome.deliveries().forEach(this::deliver);
    }

    private void runTimer(Supplier<? extends Outcome<?>> command) {
        CompletableFuture<Object> nobody = new CompletableFuture<>();
        run(machine -> ignoringResponse(command.get()), nobody);
        nobody.exceptionally(failure -> {
            if (!(failure instanceof NotLeaderException)) {
                log.error("{}: a timer failed", name, failure);
            }
            return null;
        });
    }

    private static Outcome<Object> ignoringResponse(Outcome<?> outcome) {
        return new Outcome<>(outcome.records(), null, null, outcome.deliveries());
    }

    private void makeRoom(List<MachineRecord> records) {
        long bytes = MachineHost.BATCH_HEADER_BYTES;
        for (MachineRecord record : records) {
            bytes += record.maxSizeInBatch();
        }
        if (bytes > maxBatchBytes) {
            throw new BatchTooLargeException("records of " + bytes + " bytes, a batch of " + name + " holds "
                    + maxBatchBytes + " (max.message.bytes)");
        }
        if (open != null && open.maxSize() + bytes > maxBatchBytes) {
            flush();
        }
    }

    private void apply(List<MachineRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        if (open == null) {
            open = new Round(clock.millis());
            Round round = open;
            partition.loop().execute(() -> {
                if (open == round) {
                    flush();
                }
            });
        }
        for (MachineRecord record : records) {
            long offset = partition.logEndOffset() + open.recordCount();
            open.add(record);
            machine.replay(new Record(
                    offset,
                    open.timestamp(),
                    Unpooled.wrappedBuffer(record.key()),
                    record.value() == null ? null : Unpooled.wrappedBuffer(record.value()),
                    List.of()));
        }
    }

    private <R> void hold(Held<R> promise, CompletableFuture<R> caller) {
        held.add(promise);
        promise.future.whenComplete((response, failure) -> {
            if (failure != null) {
                caller.completeExceptionally(failure);
            } else {
                caller.complete(response);
            }
        });
    }

    private <R> void deliver(Delivery<R> delivery) {
        held.remove(delivery.to());
        answer(new Round.Answer<>(delivery.to().future, delivery.response()));
    }

    /** Releases the answer when everything the machine has applied by now is committed. */
    private void answer(Round.Answer<?> answer) {
        if (open != null) {
            open.add(answer);
        } else if (!inFlight.isEmpty()) {
            inFlight.getLast().add(answer);
        } else {
            answer.release();
        }
    }

    private void flush() {
        Round round = open;
        open = null;
        inFlight.add(round);
        partition.append(round.batch(partition.allocator())).whenComplete((offset, failure) -> settled(round, failure));
    }

    private void settled(Round round, Throwable failure) {
        if (!inFlight.contains(round)) {
            return; // ended before, and everybody was told then
        }
        if (failure == null) {
            inFlight.remove(round);
            round.committed();
            return;
        }
        // Lost leadership was announced before; so it still leads, yet its log has no room or no disk for the batch.
        log.warn(
                "{}: the log refused a batch, so its state is loaded again from what is in it: {}",
                name,
                failure.toString());
        end(new LoadingException(name + " is loading again"));
        onRefusedAppend.accept(this);
    }
}
