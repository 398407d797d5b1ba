package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.fs.ShortageException;
import io.flotilla.log.state.PlannedMove;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which replicas are to move to which log directories of this broker, oldest wish first: a list that outlives the process. It
 * stands in the directory that has the cluster metadata, without which no broker runs, so there is one list whatever becomes of
 * the other directories. They are named by their ids, and may be away. On one loop.
 */
final class MovePlan {
    private static final Logger LOG = LoggerFactory.getLogger(MovePlan.class);

    private final EventLoop loop;
    private final Executor blocking;
    private final Map<PartitionId, UUID> targets = new LinkedHashMap<>();
    private LogDirectory home;
    /** What the file says; null while that is not known. */
    private List<PlannedMove> onDisk;

    private CompletableFuture<Void> saving = CompletableFuture.completedFuture(null);
    /** Begins after that, and takes with it what changes until then. */
    private CompletableFuture<Void> next;

    MovePlan(EventLoop loop, Executor blocking) {
        this.loop = loop;
        this.blocking = blocking;
    }

    /**
     * Takes over the list of the last process, once, before there are entries. One that cannot be read is as good as none.
     *
     * @param in where it stands
     * @return completes on the loop; exceptionally when there is a shortage, to be tried again
     */
    CompletableFuture<Void> load(LogDirectory in) {
        return CompletableFuture.supplyAsync(() -> read(in), blocking)
                .thenAcceptAsync(
                        found -> {
                            home = in;
                            onDisk = found;
                            if (found != null) {
                                found.forEach(move -> targets.put(
                                        new PartitionId(move.topicId(), move.partition()), move.directoryId()));
                            }
                        },
                        loop);
    }

    private static List<PlannedMove> read(LogDirectory in) {
        try {
            return in.notes().plannedMoves();
        } catch (ShortageException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            LOG.error(
                    "Which replicas were still to move to other log directories is unknown: ask for it again. {}",
                    e.toString());
            return null;
        }
    }

    boolean isLoaded() {
        return home != null;
    }

    /** Where replicas are to go. */
    Map<PartitionId, UUID> targets() {
        return new LinkedHashMap<>(targets);
    }

    int size() {
        return targets.size();
    }

    boolean contains(PartitionId id) {
        return targets.containsKey(id);
    }

    void put(PartitionId id, UUID directory) {
        targets.put(id, directory);
    }

    void remove(PartitionId id) {
        targets.remove(id);
    }

    /** Takes a replica off the list, unless it is to go somewhere else than there by now. */
    void remove(PartitionId id, UUID directory) {
        targets.remove(id, directory);
    }

    /**
     * Has the disk say what the list says now. All that changes while one save is under way shares the next.
     *
     * @return completes on the loop, exceptionally if it cannot be written
     */
    CompletableFuture<Void> save() {
        if (next == null) {
            next = saving.handleAsync((nothing, failure) -> write(), loop).thenCompose(Function.identity());
        }
        return next;
    }

    private CompletableFuture<Void> write() {
        saving = next;
        next = null;
        List<PlannedMove> moves = targets.entrySet().stream()
                .map(entry ->
                        new PlannedMove(entry.getKey().topicId(), entry.getKey().partition(), entry.getValue()))
                .toList();
        if (moves.equals(onDisk)) {
            return CompletableFuture.completedFuture(null);
        }
        onDisk = null;
        return CompletableFuture.runAsync(() -> write(moves), blocking).thenRunAsync(() -> onDisk = moves, loop);
    }

    private void write(List<PlannedMove> moves) {
        try {
            home.notes().notePlannedMoves(moves);
        } catch (ShortageException e) {
            LOG.warn(
                    "Which replicas are to move to other log directories cannot be noted: a stop would undo what was asked"
                            + " last. {}",
                    e.getMessage());
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            home.fail("which replicas are to move cannot be noted", e);
            throw new UncheckedIOException(e);
        }
    }
}
