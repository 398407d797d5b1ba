package io.flotilla.broker.partition;

import static io.flotilla.raft.core.HardState.FORGOTTEN;

import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.Environment;
import io.flotilla.log.LogConfig;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.log.OpenResult;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.RecoveryReport;
import io.flotilla.log.state.HardState;
import io.flotilla.raft.core.ConfigurationAt;
import io.flotilla.raft.core.DurableState;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.RaftOptions;
import io.flotilla.raft.core.TermStart;
import io.flotilla.raft.host.GroupId;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.message.ConfigurationCodec;
import io.flotilla.raft.quorum.Configuration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a running replica of what is on disk: opens the log off the loop, then joins the group on it. Any thread. */
public final class ReplicaOpener {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaOpener.class);

    /** Most idempotent producers one partition remembers. */
    private static final int MAX_PRODUCER_IDS = 100_000;

    /** Committed batches each partition keeps in memory for consumers at its end, in bytes. */
    private static final int TAIL_CACHE_BYTES = 64 << 10;

    /** Appends, and their bytes, sent to one follower of one partition and not acknowledged yet. */
    private static final int MAX_INFLIGHT_APPENDS = 64;

    private static final long MAX_INFLIGHT_BYTES = 4L << 20;

    /** Bytes one partition takes while a majority of its replicas does not keep up. */
    private static final long MAX_UNCOMMITTED_BYTES = 64L << 20;

    /** Spreads numbers that are near each other (Knuth's multiplicative hashing). */
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    private final Settings settings;
    private final Shards shards;
    private final Environment environment;
    private final ByteBufAllocator allocator;
    private final Assignments assignments;
    private final Rules rules;
    private final PeerCopies peers;
    private final OpeningProgress progress = new OpeningProgress();

    /**
     * What is the same for all replicas of a broker.
     *
     * @param nodeId of this broker
     * @param producerIdExpirationMs {@code producer.id.expiration.ms}
     * @param leaseMs {@code raft.lease.ms}
     */
    public record Settings(int nodeId, long producerIdExpirationMs, long leaseMs) {}

    public ReplicaOpener(
            Settings settings,
            Shards shards,
            Environment environment,
            ByteBufAllocator allocator,
            Assignments assignments,
            PeerCopies peers) {
        this(settings, shards, environment, allocator, assignments, peers, Rules.ALL);
    }

    /** With other rules, which only tests have. */
    public ReplicaOpener(
            Settings settings,
            Shards shards,
            Environment environment,
            ByteBufAllocator allocator,
            Assignments assignments,
            PeerCopies peers,
            Rules rules) {
        this.settings = settings;
        this.shards = shards;
        this.environment = environment;
        this.allocator = allocator;
        this.assignments = assignments;
        this.rules = rules;
        this.peers = peers;
    }

    /** The files of a replica cannot be trusted; they are left as they are. */
    static final class DamagedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DamagedException(String damage) {
            super(damage, null, false, false);
        }
    }

    /** How far opening has come. */
    OpeningProgress progress() {
        return progress;
    }

    /**
     * Opens one replica.
     *
     * @param initial what a replica without data takes for its group
     * @param owner asked about a log that cannot be opened for damage
     * @return completes on the replica's loop; fails with {@link DamagedException} or what the disk said
     */
    CompletableFuture<Replica> open(
            PartitionId id,
            LogId logId,
            LogDirectory directory,
            Configuration initial,
            TopicConfig config,
            RaftGroup.Options options,
            List<ReplicaListener> listeners,
            OpeningOwner owner) {
        Shard shard = shards.shardOf(id);
        Executor blocking = environment.scheduler().blocking();
        progress.begin();
        return new RepairBeforeOpening(
                        logId,
                        directory,
                        () -> openLog(logId, directory, initial, config),
                        peers,
                        blocking,
                        shard.loop(),
                        owner)
                .run()
                .thenApplyAsync(
                        opened -> {
                            progress.recovered(opened.report());
                            report(logId, opened.report());
                            return join(id, logId, directory, shard, opened.log(), config, options, listeners);
                        },
                        shard.loop())
                .whenComplete((replica, failure) -> progress.end());
    }

    /** What a topic's configuration means for the log of one partition. */
    LogConfig logConfig(TopicConfig config, PartitionId id) {
        // Only closed segments are compacted.
        long segmentMs =
                config.compact() ? Math.min(config.segmentMs(), config.maxCompactionLagMs()) : config.segmentMs();
        long jitter = Math.min(config.segmentJitterMs(), segmentMs - 1);
        long earlier = jitter == 0 ? 0 : Integer.toUnsignedLong(id.hashCode() * GOLDEN_RATIO) % (jitter + 1);
        return new LogConfig(
                config.segmentBytes(),
                segmentMs - earlier,
                config.indexIntervalBytes(),
                config.fileDeleteDelayMs(),
                config.writeCaching(),
                settings.producerIdExpirationMs(),
                MAX_PRODUCER_IDS,
                TAIL_CACHE_BYTES);
    }

    private OpenResult openLog(LogId logId, LogDirectory directory, Configuration initial, TopicConfig config) {
        try {
            ByteBuf members = Unpooled.buffer();
            ConfigurationCodec.write(members, directory.hasLost(logId) ? Configuration.NONE : initial);
            OpenResult result = openLog(logId, directory, ByteBufUtil.getBytes(members), initial, config);
            if (result instanceof OpenResult.Damaged damaged && damaged.canBeSetAside() && !isAlone(initial)) {
                // Nothing of it can be kept; what others know of it is fetched from them, and this replica remembers
                // nothing.
                directory.setAside(logId);
                result = openLog(logId, directory, ByteBufUtil.getBytes(members), initial, config);
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private OpenResult openLog(
            LogId logId, LogDirectory directory, byte[] members, Configuration initial, TopicConfig config)
            throws IOException {
        return directory.openLog(
                logId,
                members,
                logConfig(config, new PartitionId(logId.topicId(), logId.partition())),
                environment.clock().millis(),
                !isAlone(initial));
    }

    private boolean isAlone(Configuration members) {
        return members.allVoters().size() == 1 && members.isVoter(settings.nodeId());
    }

    private static void report(LogId logId, RecoveryReport report) {
        if (report.cutBytes() > 0) {
            LOG.warn(
                    "{}: cut {} bytes of an interrupted write off the end of the log",
                    logId.directoryName(),
                    report.cutBytes());
        }
        if (!report.notes().isEmpty()) {
            LOG.warn("{}: {}", logId.directoryName(), report.notes());
        }
    }

    private Replica join(
            PartitionId id,
            LogId logId,
            LogDirectory directory,
            Shard shard,
            PartitionLog log,
            TopicConfig config,
            RaftGroup.Options options,
            List<ReplicaListener> listeners) {
        Replica replica = new Replica(
                id, logId.directoryName(), shard, log, directory, config, assignments, peers, rules.serving());
        ReplicaStorage storage = new ReplicaStorage(
                settings.nodeId(), log, directory.journal(), shard, replica::stop, replica::replaced, replica::damaged);
        RaftCore core = new RaftCore(
                new RaftOptions(
                        settings.nodeId(),
                        Shard.ELECTION_TICKS,
                        MAX_INFLIGHT_APPENDS,
                        MAX_INFLIGHT_BYTES,
                        MAX_UNCOMMITTED_BYTES,
                        settings.leaseMs() * 1_000_000L),
                durableState(log, directory.journal().load(logId.group()), isForgetful(log)),
                environment.random().newGenerator(),
                rules.raft());
        RaftGroup group = shard.host()
                .open(new GroupId(id.topicId(), id.partition()), core, storage, replica.groupListener(), options);
        shard.add(replica);
        replica.start(group, storage, listeners);
        group.start();
        return replica;
    }

    /** Whether the log lost what others may count on; who is a group of its own has nobody to disappoint. */
    private boolean isForgetful(PartitionLog log) {
        List<io.flotilla.log.Configuration> configurations = log.configurations();
        byte[] newest = configurations.get(configurations.size() - 1).bytes();
        if (log.isForgetful() && isAlone(ConfigurationCodec.read(Unpooled.wrappedBuffer(newest)))) {
            LOG.warn(
                    "{}: this is the only replica: what it has lost is lost",
                    log.id().directoryName());
            return false;
        }
        return log.isForgetful();
    }

    private static DurableState durableState(PartitionLog log, HardState found, boolean lostEntries) {
        HardState state = found;
        if (found.term() < log.lastTerm()) {
            // Entries of a term can outlive the journal's word for it; who was voted for in it is then unknown, but its
            // leader was elected by others, who remember (Raft section 5.2).
            int vote = found.votedFor() == FORGOTTEN ? FORGOTTEN : HardState.NOBODY;
            state = new HardState(log.lastTerm(), vote);
        }
        List<ConfigurationAt> configurations = log.configurations().stream()
                .map(at -> new ConfigurationAt(at.index(), ConfigurationCodec.read(Unpooled.wrappedBuffer(at.bytes()))))
                .toList();
        // A log without entries that knows nobody was begun by a replica that may have had another one before.
        boolean isBegunAnew = log.lastIndex() == 0
                && configurations.get(configurations.size() - 1).configuration().equals(Configuration.NONE);
        long base = log.firstIndex() - 1;
        return new DurableState(
                new io.flotilla.raft.core.HardState(state.term(), state.votedFor()),
                base,
                log.termAt(base),
                log.termStarts().stream()
                        .filter(start -> start.index() > base)
                        .map(start -> new TermStart(start.term(), start.index()))
                        .toList(),
                log.lastIndex(),
                log.committedIndex(),
                configurations,
                lostEntries || isBegunAnew || state.votedFor() == FORGOTTEN);
    }
}
