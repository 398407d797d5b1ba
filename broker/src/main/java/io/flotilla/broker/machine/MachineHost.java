package io.flotilla.broker.machine;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.broker.partition.ReplicaListener;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Runs a state machine on one replica: makes and loads it when the replica begins to lead, drops it when it stops, and in
 * between turns commands into records and responses. Replica events come on the partition's loop; {@link #submit} may be
 * called from any thread.
 *
 * <p>A command's records are applied to the machine before they are committed, so that the next command sees them, but no
 * response leaves before everything the machine had applied by then is committed. Hence nobody sees state that could vanish
 * with this leader. A leader that was deposed and does not know it yet answers no command with records; a read with nothing
 * pending it still answers, from what was committed when it led, until it misses its majority and steps down.
 */
public final class MachineHost<S extends StateMachine> implements ReplicaListener {
    /** A batch has a header of 61 bytes; what is left of the limit is for records. */
    static final int BATCH_HEADER_BYTES = 61;

    private final String name;
    private final MachineFactory<S> factory;
    private final Clock clock;
    private final int maxBatchBytes;

    /** Written on the partition's loop; null when this replica does not lead. */
    private volatile Tenure<S> tenure;

    /**
     * @param name of the partition, for log lines and failures
     * @param clock for the records' timestamps
     * @param maxBatchBytes the largest batch the partition takes ({@code max.message.bytes} of its topic)
     */
    public MachineHost(String name, MachineFactory<S> factory, Clock clock, int maxBatchBytes) {
        this.name = name;
        this.factory = factory;
        this.clock = clock;
        this.maxBatchBytes = maxBatchBytes;
    }

    /**
     * Runs a command on the machine and completes with its response, on the partition's loop, once that is safe to show.
     * A command that throws changes nothing: it must throw before it touches the machine.
     *
     * <p>Fails with {@link NotLeaderException} when this broker does not lead, or stopped before the commit (then the
     * command may or may not have taken effect), with {@link LoadingException} while the machine is rebuilt, with
     * {@link BatchTooLargeException} when the records do not fit a batch, and with whatever the command threw.
     */
    public <R> CompletableFuture<R> submit(Function<? super S, Outcome<R>> command) {
        Tenure<S> current = tenure;
        if (current == null) {
            return CompletableFuture.failedFuture(new NotLeaderException("not the leader of " + name));
        }
        return current.submit(command);
    }

    /**
     * Like {@link #submit}, for a command that only reads: it runs once a quorum has confirmed that this broker leads, so that
     * its response is not older than the question even where another broker has taken over. Fails with
     * {@link NotLeaderException} when that cannot be confirmed.
     */
    public <R> CompletableFuture<R> read(Function<? super S, Outcome<R>> command) {
        Tenure<S> current = tenure;
        if (current == null) {
            return CompletableFuture.failedFuture(new NotLeaderException("not the leader of " + name));
        }
        return current.read(command);
    }

    @Override
    public void leading(LedPartition partition) {
        begin(partition);
    }

    @Override
    public void notLeading() {
        if (tenure != null) {
            tenure.end(new NotLeaderException("no longer the leader of " + name));
            tenure = null;
        }
    }

    @Override
    public void committed(LedPartition partition, long highWatermark) {
        if (tenure != null) {
            tenure.committed();
        }
    }

    private void begin(LedPartition partition) {
        Tenure<S> next = new Tenure<>(name, partition, factory, clock, maxBatchBytes, this::reload);
        tenure = next;
        next.load();
    }

    /** A machine ran ahead of a log that refused its records: only what is in the log counts. */
    private void reload(Tenure<S> failed) {
        if (tenure == failed) {
            begin(failed.partition());
        }
    }
}
