package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.log.DamagedSpot;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.log.OpenResult;
import io.flotilla.log.RepairResult;
import io.flotilla.log.fs.ShortageException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a log that may be damaged where it must be read to be opened: repairs it with committed entries of other replicas,
 * for as long as it takes and the log is wanted, and likewise waits for room on a full disk, and for files that can be opened.
 * Where others have compacted the log, what they hold does not fit in: then the log is set aside and begun anew. Used once. Blocking
 * work runs in the background, the rest on any thread, one step at a time.
 */
final class RepairBeforeOpening {
    private static final Logger LOG = LoggerFactory.getLogger(RepairBeforeOpening.class);
    private static final long RETRY_MS = 1_000;
    /** With fewer, the group could not elect a leader without this replica. */
    private static final int LEAST_OTHERS = 2;

    private final LogId logId;
    private final PartitionId id;
    private final LogDirectory directory;
    private final Supplier<OpenResult> open;
    private final PeerCopies peers;
    private final Executor blocking;
    private final EventLoop loop;
    private final OpeningOwner owner;
    private final CompletableFuture<OpenResult.Opened> opened = new CompletableFuture<>();
    private boolean isWaiting;
    /** What another replica holds did not fit in. */
    private boolean isMisfit;

    /**
     * @param open opens the log; blocks
     * @param owner asked whether to go on, and told what is wrong each time something is
     */
    RepairBeforeOpening(
            LogId logId,
            LogDirectory directory,
            Supplier<OpenResult> open,
            PeerCopies peers,
            Executor blocking,
            EventLoop loop,
            OpeningOwner owner) {
        this.logId = logId;
        this.id = new PartitionId(logId.topicId(), logId.partition());
        this.directory = directory;
        this.open = open;
        this.peers = peers;
        this.blocking = blocking;
        this.loop = loop;
        this.owner = owner;
    }

    /** Fails with {@link ReplicaOpener.DamagedException} when it is not wanted any more or cannot be repaired. */
    CompletableFuture<OpenResult.Opened> run() {
        blocking.execute(this::attempt);
        return opened;
    }

    private void attempt() {
        OpenResult result;
        try {
            result = open.get();
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ShortageException shortage) {
                await(shortage, this::attempt);
            } else {
                opened.completeExceptionally(e);
            }
            return;
        }
        if (result instanceof OpenResult.Opened done) {
            opened.complete(done);
            return;
        }
        OpenResult.Damaged damaged = (OpenResult.Damaged) result;
        String what = damaged.damage().toString();
        if (damaged.spot() == null || !owner.wants()) {
            opened.completeExceptionally(new ReplicaOpener.DamagedException(what));
            return;
        }
        peers.damageFound();
        LOG.error("{} is opened once what is damaged is repaired from other replicas: {}", logId.directoryName(), what);
        owner.damaged(what);
        fill(damaged.spot(), peers.others(), 0);
    }

    /** A log that is new, or that must be mended, takes some room on the disk, and every log takes files: there may be some soon. */
    private void await(ShortageException shortage, Runnable then) {
        if (!owner.wants()) {
            opened.completeExceptionally(new ReplicaOpener.DamagedException(shortage.getMessage()));
            return;
        }
        if (!isWaiting) {
            isWaiting = true;
            LOG.error("{} is opened as soon as it can be. {}", logId.directoryName(), shortage.getMessage());
            owner.damaged(shortage.getMessage());
        }
        loop.schedule(() -> blocking.execute(then), RETRY_MS);
    }

    private void fill(DamagedSpot spot, List<Integer> brokers, int next) {
        if (next == brokers.size()) {
            considerBeginningAnew(spot);
            return;
        }
        peers.read(brokers.get(next), id, spot.index())
                .whenCompleteAsync(
                        (batches, failure) -> {
                            if (failure == null) {
                                put(spot, batches, brokers, next);
                            } else {
                                fill(spot, brokers, next + 1);
                            }
                        },
                        blocking);
    }

    /**
     * Sets the log aside when all other replicas are there and have all that this one knows to be committed (one that is being
     * taken in anew itself says that it has nothing), and what they hold does not fit in, because they or this one have compacted
     * it. What is begun in its place remembers nothing, and does not vote before its group has taken it in anew; those who do are a
     * majority without it.
     */
    private void considerBeginningAnew(DamagedSpot spot) {
        List<Integer> members = owner.replicas().stream().filter(peers::isOther).toList();
        if (members.size() < LEAST_OTHERS || directory.journal() == null) {
            later(spot);
            return;
        }
        long committed = directory.journal().committed(logId.group());
        peers.positions(members, id)
                .whenCompleteAsync(
                        (positions, failure) -> {
                            boolean haveAll = failure == null
                                    && positions.values().stream()
                                            .allMatch(position -> position.durableIndex() >= committed);
                            boolean fitsNot = haveAll
                                    && (isMisfit
                                            || positions.values().stream()
                                                    .anyMatch(position -> position.alteredIndex() >= spot.index()));
                            if (fitsNot && owner.wants()) {
                                beginAnew(spot);
                            } else {
                                later(spot);
                            }
                        },
                        blocking);
    }

    private void beginAnew(DamagedSpot spot) {
        LOG.warn(
                "{} cannot be repaired in place: it is set aside, and copied anew from its peers",
                logId.directoryName());
        try {
            directory.setAside(logId);
            attempt();
        } catch (ShortageException e) {
            await(e, () -> again(spot));
        } catch (IOException e) {
            opened.completeExceptionally(new UncheckedIOException(e));
        }
    }

    private void later(DamagedSpot spot) {
        loop.schedule(() -> blocking.execute(() -> again(spot)), RETRY_MS);
    }

    private void again(DamagedSpot spot) {
        isMisfit = false;
        if (owner.wants()) {
            fill(spot, peers.others(), 0);
        } else {
            opened.completeExceptionally(new ReplicaOpener.DamagedException("not repaired at index " + spot.index()));
        }
    }

    private void put(DamagedSpot spot, ByteBuf batches, List<Integer> brokers, int next) {
        RepairResult result;
        try {
            result = directory.repair(logId, spot, batches);
        } catch (ShortageException e) {
            await(e, () -> again(spot));
            return;
        } catch (IOException e) {
            opened.completeExceptionally(new UncheckedIOException(e));
            return;
        } finally {
            batches.release();
        }
        if (result instanceof RepairResult.Continued continued) {
            fill(continued.next(), brokers, next);
        } else if (result instanceof RepairResult.Repaired) {
            LOG.warn(
                    "{}: repaired from byte {} on with what broker {} has",
                    logId.directoryName(),
                    spot.position(),
                    brokers.get(next));
            peers.damageRepaired();
            attempt();
        } else {
            LOG.warn("{}: not repaired from broker {}: {}", logId.directoryName(), brokers.get(next), result);
            isMisfit = true;
            fill(spot, brokers, next + 1);
        }
    }
}
