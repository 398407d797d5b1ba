package io.flotilla.broker.partition;

import io.flotilla.broker.config.TopicConfig;
import io.flotilla.log.Damage;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogFailedException;
import io.flotilla.log.LogFailure;
import io.flotilla.log.LogListener;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.raft.core.MembersNews;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.host.GroupListener;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.ReadIndexCallback;
import io.flotilla.wire.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of a partition on this broker: its Raft group, its log and those who wait for either. Methods are called on
 * {@link #loop()}, except those that say any thread.
 */
public final class Replica extends ReplicaView {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** The furthest deadline that compares as later than any other within the clock's range. */
    static final long NO_DEADLINE = Long.MAX_VALUE / 2;

    private final Shard shard;
    private final PartitionLog log;
    private final List<ReplicaListener> listeners = new ArrayList<>();
    private final Appender appender;
    private final RecordDeletion deletion;
    private final ServingRules rules;

    /** Those who wait for a record to read, by the high watermark that makes it readable. */
    private final Waiters reads = new Waiters();

    private final ReplicaRepair repair;
    private final Reconciler reconciler;
    private RaftGroup group;
    private ReplicaStorage storage;
    private Role role = Role.FOLLOWER;

    private volatile Runnable beginAnew = () -> {};

    /** @param name of the partition for people: {@code topic-N} */
    Replica(
            PartitionId id,
            String name,
            Shard shard,
            PartitionLog log,
            LogDirectory directory,
            TopicConfig config,
            Assignments assignments,
            PeerCopies peers,
            ServingRules rules) {
        super(id, name, shard, directory);
        this.shard = shard;
        this.log = log;
        this.appender = new Appender(this, shard, log, rules);
        this.deletion = new RecordDeletion(this, log, appender, shard.clock());
        this.rules = rules;
        this.repair = new ReplicaRepair(this, log, peers);
        this.reconciler = new Reconciler(id, name, shard.loop(), assignments);
        configure(config);
        publishPositions();
    }

    /** What this replica's group is to be opened with. */
    GroupListener groupListener() {
        return new GroupEvents();
    }

    /** Takes part in its group from now on. */
    void start(RaftGroup startedGroup, ReplicaStorage startedStorage, List<ReplicaListener> startListeners) {
        group = startedGroup;
        reconciler.start(startedGroup);
        storage = startedStorage;
        term = group.core().term();
        listeners.addAll(startListeners);
        long firstIndex = log.firstIndex();
        log.start(shard.loop(), new DiskEvents());
        tellFirstIndex(firstIndex);
        listeners.forEach(listener -> listener.committed(this, highWatermark));
    }

    /** Tells the group if the log has let go of segments: who needs what was in them gets a snapshot (Raft section 7). */
    private void tellFirstIndex(long before) {
        if (log.firstIndex() > before) {
            group.compacted(log.firstIndex());
        }
    }

    /** How far this replica, if it leads, has brought its group's members to what metadata wants. Any thread. */
    public Membership membership() {
        return reconciler.membership();
    }

    /** Metadata wants these members in the group. */
    void want(Goal goal) {
        reconciler.want(goal);
    }

    // ---- produce

    /**
     * Appends one validated batch and reports when it is committed, or what prevented that. Ownership of the batch passes.
     *
     * @param deadlineNanos when to answer REQUEST_TIMED_OUT; the batch may be committed all the same
     */
    public void produce(ByteBuf batch, long deadlineNanos, Consumer<ProduceResult> done) {
        if (role == Role.LEADER && directory.isShortOfSpace()) {
            batch.release();
            done.accept(ProduceResult.failed(
                    ErrorCode.KAFKA_STORAGE_ERROR, "the disk of broker " + leaderId + " is short of space"));
        } else {
            appendOrRefuse(batch, deadlineNanos, done);
        }
    }

    private void appendOrRefuse(ByteBuf batch, long deadlineNanos, Consumer<ProduceResult> done) {
        if (role == Role.LEADER) {
            appender.produce(batch, config, deadlineNanos, done);
        } else {
            batch.release();
            done.accept(ProduceResult.failed(unavailable(), null));
        }
    }

    @Override
    public CompletableFuture<Long> append(ByteBuf batch) {
        CompletableFuture<Long> appended = new CompletableFuture<>();
        appendOrRefuse(batch, NO_DEADLINE, result -> {
            if (result.error() == ErrorCode.NONE) {
                appended.complete(result.baseOffset());
            } else {
                appended.completeExceptionally(new NotLeaderException(name + ": " + result.error()));
            }
        });
        return appended;
    }

    /**
     * Deletes the records below an offset, as agreed on through the group. The result carries the new log start offset.
     *
     * @param offset at most the high watermark
     */
    public void deleteRecords(long offset, long deadlineNanos, Consumer<ProduceResult> done) {
        deletion.deleteBelow(offset, deadlineNanos, done);
    }

    // ---- read

    @Override
    public CompletableFuture<Boolean> confirm() {
        CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
        group.readIndex(new ReadIndexCallback() {
            @Override
            public void confirmed(long index) {
                confirmed.complete(true);
            }

            @Override
            public void failed() {
                confirmed.complete(false);
            }
        });
        return confirmed;
    }

    /**
     * Reads committed batches from the one that holds {@code offset} on, to be sent to a consumer: the bytes may stay in a file
     * ({@link io.flotilla.log.fs.FileBytes}). Completes on the loop, at once when they are in memory.
     *
     * @param atLeastOne return the first batch even if it is larger than {@code maxBytes}
     */
    public CompletableFuture<ReadResult> read(long offset, int maxBytes, boolean atLeastOne) {
        return log.fetchToSend(offset, readable(), maxBytes, atLeastOne);
    }

    private long readable() {
        return rules.readable(highWatermark, log.logEndOffset());
    }

    /** Waits until a record at {@code offset} is committed, or will not be known to be here. */
    public void awaitRecord(long offset, long deadlineNanos, Waiters.Wait wait) {
        if (!isServing()) {
            wait.failed(unavailable());
        } else if (offset < highWatermark) {
            wait.reached();
        } else {
            reads.await(offset + 1, deadlineNanos, wait);
            shard.hasWaiters(this);
        }
    }

    @Override
    public CompletableFuture<ByteBuf> readCommitted(long offset, int maxBytes) {
        return log.fetch(offset, readable(), maxBytes, true).thenApply(result -> {
            if (result instanceof ReadResult.Batches batches) {
                return batches.bytes();
            }
            if (result instanceof ReadResult.Damaged damaged) {
                damaged(damaged.damage());
            }
            throw new NotLeaderException(name + " cannot be read at offset " + offset + ": " + result);
        });
    }

    @Override
    public long logEndOffset() {
        return log.logEndOffset();
    }

    /** The log itself, to look things up in: offsets by time, epochs, producers. */
    public PartitionLog log() {
        return log;
    }

    /** The group itself, to look at. */
    public RaftGroup group() {
        return group;
    }

    /**
     * What to answer where only the leader may, and only once it has committed in its term (KIP-207): {@code NONE} when that is
     * this replica, {@code OFFSET_NOT_AVAILABLE} when it leads and has not committed yet.
     */
    public ErrorCode checkLeading() {
        if (leading) {
            return ErrorCode.NONE;
        }
        return role == Role.LEADER ? ErrorCode.OFFSET_NOT_AVAILABLE : unavailable();
    }

    // ---- upkeep

    /** Lets go of segments that {@code retention.ms} and {@code retention.bytes} no longer ask for, if this replica leads. */
    void enforceRetention() {
        deletion.enforceRetention();
    }

    /** Ends waits that have taken too long; false when nobody waits any more. */
    boolean expireWaiters(long nowNanos) {
        appender.commits().expire(nowNanos);
        reads.expire(nowNanos);
        return !appender.commits().isEmpty() || !reads.isEmpty();
    }

    /** Stops taking part because of a broken invariant or a failed disk. */
    void stop(Throwable cause) {
        group.fail(cause);
    }

    /** A read found bytes that are not what was written: they are repaired from other replicas. Any thread. */
    public void damaged(Damage damage) {
        loop().execute(() -> repair.found(damage));
    }

    /** Something here is damaged that is not repaired yet. */
    boolean isRepairing() {
        return repair.isNeeded();
    }

    /** What to do when the log cannot be repaired and is to be copied anew from the other replicas. Any thread. */
    void onBeginAnew(Runnable action) {
        beginAnew = action;
    }

    /** The log cannot be repaired in place, and the other replicas have all of it. */
    void beginAnew() {
        beginAnew.run();
    }

    /** Has another replica lead, if this one does: it cannot serve all that it should. */
    void giveUpLeading() {
        if (role == Role.LEADER && !group.handOver()) {
            LOG.warn("{}: no other replica can take over from this one now", name);
        }
    }

    /** Has one of these brokers lead, if this replica does and its disk is short of space. */
    void handOverForSpace(Set<Integer> brokers) {
        if (role == Role.LEADER && directory.isShortOfSpace() && group.handOver(brokers::contains)) {
            LOG.info("{}: {} is short of space; another broker that has room is to lead", name, directory.path());
        }
    }

    /** A snapshot has taken the log's place. */
    void replaced() {
        publishPositions();
    }

    /** Leaves the group and closes the log; completes on the loop once everything is written. */
    CompletableFuture<Void> close() {
        closed = true;
        shard.host().close(group.id());
        shard.remove(this);
        role = Role.FOLLOWER;
        lead(false);
        endWaits(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        return log.close();
    }

    private void endWaits(ErrorCode error) {
        appender.commits().failAll(error);
        reads.failAll(error);
    }

    private void lead(boolean now) {
        if (leading == now) {
            return;
        }
        leading = now;
        reconciler.lead(now);
        for (ReplicaListener listener : listeners) {
            if (now) {
                listener.leading(this);
            } else {
                listener.notLeading();
            }
        }
    }

    private void publishPositions() {
        highWatermark = log.offsetAfter(log.committedIndex());
        logStartOffset = log.logStartOffset();
    }

    /** Hears of the group. */
    private final class GroupEvents implements GroupListener {
        @Override
        public void roleChanged(Role newRole, int leader, int newTerm) {
            boolean lost = role == Role.LEADER && (newRole != Role.LEADER || newTerm != term);
            boolean anotherTerm = newTerm != term;
            role = newRole;
            term = newTerm;
            leaderId = leader;
            if (lost) {
                LOG.info("{}: no longer the leader, term {}", name, newTerm);
                lead(false);
                endWaits(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            } else if (anotherTerm) {
                // Who waits to read may have waited for just this leader epoch, or knows an old one only.
                reads.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            }
            shard.leaderKnown(Replica.this, leader, newTerm);
        }

        @Override
        public void committed(long commitIndex) {
            long firstIndex = log.firstIndex();
            log.committed(commitIndex);
            publishPositions();
            appender.commits().advance(commitIndex);
            if (role == Role.LEADER && !leading && log.termAt(commitIndex) == term) {
                LOG.info("{}: leader in term {} from offset {}", name, term, highWatermark);
                lead(true);
            }
            reads.advance(highWatermark);
            for (ReplicaListener listener : listeners) {
                listener.committed(Replica.this, highWatermark);
            }
            tellFirstIndex(firstIndex);
        }

        @Override
        public void membersChanged(MembersNews news) {
            reconciler.changed(news);
        }

        @Override
        public void refused(int from, String reason) {
            LOG.warn("{}: entries from broker {} were refused: {}", name, from, reason);
        }

        @Override
        public void failed(Throwable cause) {
            // A failed disk stops many replicas at once, and its own report has the trace.
            LOG.error(
                    "{}: this replica has stopped; its data is kept as it is. Cause: {}",
                    name,
                    cause.getMessage(),
                    cause instanceof LogFailedException ? null : cause);
            failure = String.valueOf(cause.getMessage());
            role = Role.FOLLOWER;
            lead(false);
            endWaits(ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    /** Hears of the disk. */
    private final class DiskEvents implements LogListener {
        @Override
        public void durable(long lastIndex, int lastTerm) {
            storage.durable(lastIndex);
            group.appended(lastIndex);
        }

        @Override
        public void failed(LogFailure cause) {
            group.fail(new LogFailedException(cause));
        }
    }
}
