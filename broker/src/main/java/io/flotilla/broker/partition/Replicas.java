package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.broker.partition.ReplicaSlots.Slot;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.RaftGroup.FirstElection;
import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas on this broker: opened, reconfigured and removed as the cluster's metadata says. A replica is removed only
 * when metadata says that its topic was deleted or that its partition lives elsewhere; data that metadata does not know is
 * set aside. Changes are made on one loop; {@link #get} and the other look-ups may be called from any thread.
 */
public final class Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

    /** Asks what a topic's configuration is, all layers considered. */
    public interface TopicSettings extends BiFunction<TopicInfo, MetadataImage, TopicConfig> {}

    /** Asks who wants to hear of a replica. */
    public interface Listeners extends Function<LogId, List<ReplicaListener>> {}

    private final int nodeId;
    private final EventLoop loop;
    private final Scheduler scheduler;
    private final Clock clock;
    private final LogDirectories directories;
    private final ReplicaOpener opener;
    private final TopicSettings configs;
    private final Listeners listeners;

    private final ReplicaSlots slots;
    /** A topic as the last image had it. */
    private record Wanted(TopicInfo topic, TopicConfig config) {}

    /** Changed on the loop only; looked at by those who open replicas as well. */
    private final Map<UUID, Wanted> wanted = new ConcurrentHashMap<>();

    private Beginning beginning;

    private final Map<PartitionId, Replica> open;
    private final Map<PartitionId, String> damaged = new ConcurrentHashMap<>();

    /**
     * @param loop the metadata partition's, on which changes are made
     * @param configs a topic's configuration with all that is set for this broker
     * @param listeners whom to tell what becomes of a replica
     */
    public Replicas(
            int nodeId,
            EventLoop loop,
            Scheduler scheduler,
            Clock clock,
            LogDirectories directories,
            ReplicaOpener opener,
            TopicSettings configs,
            Listeners listeners) {
        this.nodeId = nodeId;
        this.loop = loop;
        this.scheduler = scheduler;
        this.clock = clock;
        this.directories = directories;
        this.opener = opener;
        this.configs = configs;
        this.listeners = listeners;
        this.slots = new ReplicaSlots(loop, scheduler);
        this.open = slots.open();
    }

    /** The open replica, or null. Any thread. */
    public Replica get(PartitionId id) {
        return open.get(id);
    }

    /** This broker's replica of the metadata log; null until it is open. Any thread. */
    public Replica metadata() {
        return open.get(PartitionId.METADATA);
    }

    /** All open replicas. Any thread. */
    public Collection<Replica> all() {
        return open.values();
    }

    /** Replicas whose files are damaged, and how. Any thread. */
    public Map<PartitionId, String> damaged() {
        return new LinkedHashMap<>(damaged);
    }

    /** Has every partition led here let go of what its retention no longer asks for. Any thread. */
    public void enforceRetention() {
        open.values().forEach(replica -> replica.loop().execute(replica::enforceRetention));
    }

    /** The log directories, whether they work or not. */
    public LogDirectories directories() {
        return directories;
    }

    /**
     * Opens the replica of the metadata log. On the loop.
     *
     * @param voters its group, if there is no log yet; empty for a replica that is to learn it from a leader
     */
    public CompletableFuture<Replica> openMetadata(Collection<Integer> voters, TopicConfig config) {
        LogId logId = new LogId("__cluster_metadata", PartitionId.METADATA.topicId(), 0);
        FirstElection first = voters.size() == 1 ? FirstElection.STAND : FirstElection.AS_ALWAYS;
        Configuration initial = voters.isEmpty()
                ? Configuration.NONE
                : Configuration.of(voters.stream().mapToInt(Integer::intValue).toArray());
        return open(PartitionId.METADATA, logId, initial, config, new RaftGroup.Options(true, true, first));
    }

    /**
     * Settles what becomes of the logs found on disk, by an image that is newer than this broker's registration: what it does not
     * know is set aside; what it knows to have been deleted, or to have moved to other brokers, is deleted; of several logs of
     * a partition the newest is kept. To be called once, before {@link #apply}. Completes on the loop.
     */
    public CompletableFuture<Void> settle(MetadataImage image) {
        return CompletableFuture.runAsync(
                        () -> new FoundLogs(nodeId, directories, image).settle(), scheduler.blocking())
                .thenRunAsync(() -> {}, loop);
    }

    /** Carries out a new image: opens what is new, removes what was deleted or moved away, passes on changes. On the loop. */
    public void apply(MetadataImage image) {
        for (Map.Entry<PartitionId, Slot> entry : slots.all()) {
            PartitionId id = entry.getKey();
            TopicInfo topic = image.topic(id.topicId());
            if (id.equals(PartitionId.METADATA)) {
                continue;
            }
            if (topic == null) {
                slots.remove(id);
                remove(id, entry.getValue(), "its topic was deleted");
            } else if (!topic.assignments().get(id.partition()).isHostedBy(nodeId)) {
                slots.remove(id);
                remove(id, entry.getValue(), "its partition lives on other brokers");
            } else if (isToBeMadeAnew(entry.getValue(), topic.assignments().get(id.partition()), image)) {
                slots.remove(id);
                leave(id, entry.getValue());
            }
        }
        wanted.keySet().removeIf(topicId -> image.topic(topicId) == null);
        damaged.keySet().removeIf(id -> image.topic(id.topicId()) == null && !slots.contains(id));
        Replica metadata = open.get(PartitionId.METADATA);
        if (metadata != null && !image.metadataVoters().isEmpty()) {
            Goal goal = Goal.ofMetadata(image);
            metadata.loop().execute(() -> metadata.want(goal));
        }
        beginning = Beginning.of(nodeId, image);
        for (TopicInfo topic : image.topics()) {
            apply(new Wanted(topic, configs.apply(topic, image)));
        }
    }

    /**
     * Whether a replica's directory has failed, and metadata knows it, so that another start will not take what is in it for
     * the newest; others can give what it has lost.
     */
    private boolean isToBeMadeAnew(Slot slot, Assignment assignment, MetadataImage image) {
        LogDirectory directory = slot.directory();
        return directory.failure() != null
                && (!assignment.isOnlyOn(nodeId) || directories.holding(slot.logId()) != null)
                && !image.directories(nodeId).contains(directory.identity().directoryId())
                && directories.working().findAny().isPresent();
    }

    private void apply(Wanted now) {
        TopicInfo topic = now.topic();
        Wanted before = wanted.put(topic.id(), now);
        for (int partition = 0; partition < topic.partitions(); partition++) {
            if (!topic.assignments().get(partition).isHostedBy(nodeId)) {
                continue;
            }
            PartitionId id = new PartitionId(topic.id(), partition);
            Replica replica = open.get(id);
            if (replica != null) {
                if (!now.equals(before)) {
                    pass(now, id, replica);
                }
            } else if (!slots.contains(id)) {
                open(now, id);
            }
        }
    }

    private void open(Wanted now, PartitionId id) {
        TopicInfo topic = now.topic();
        Assignment assignment = topic.assignments().get(id.partition());
        LogId logId = new LogId(topic.name(), topic.id(), id.partition());
        if (beginning.isOutOfReach(assignment, logId, directories)) {
            damaged.put(
                    id,
                    "its log is not in a log directory that works, and no other broker has a replica. Repair or mount"
                            + " the one that failed, and restart this broker");
            return;
        }
        RaftGroup.Options options = beginning.options(assignment, topic.internal());
        open(id, logId, beginning.members(assignment), now.config(), options);
    }

    private void pass(Wanted now, PartitionId id, Replica replica) {
        reconfigure(replica, now.config());
        Goal goal = Goal.of(now.topic().assignments().get(id.partition()));
        replica.loop().execute(() -> replica.want(goal));
    }

    private void reconfigure(Replica replica, TopicConfig config) {
        if (!config.equals(replica.config())) {
            replica.loop().execute(() -> {
                replica.configure(config);
                replica.log().reconfigure(opener.logConfig(config, replica.id()));
            });
        }
    }

    private CompletableFuture<Replica> open(
            PartitionId id, LogId logId, Configuration initial, TopicConfig config, RaftGroup.Options options) {
        LogDirectory holding = directories.holding(logId);
        LogDirectory directory = holding != null ? holding : directories.place(id, clock.nanoTime());
        if (directory == null) {
            damaged.put(id, "no log directory works");
            return CompletableFuture.failedFuture(new IllegalStateException("no log directory works"));
        }
        AtomicBoolean isWanted = new AtomicBoolean(true);
        CompletableFuture<Replica> opened = slots.free(logId)
                .thenCompose(nothing -> opener.open(
                        id,
                        logId,
                        directory,
                        initial,
                        config,
                        options,
                        listeners.apply(logId),
                        new Owner(id, isWanted)))
                .whenComplete((replica, failure) -> opened(id, logId, replica, failure));
        slots.put(id, new Slot(logId, directory, isWanted, opened));
        return opened;
    }

    private void opened(PartitionId id, LogId logId, Replica replica, Throwable failure) {
        if (failure == null) {
            replica.onBeginAnew(() -> loop.execute(() -> beginAnew(id, replica)));
            open.put(id, replica);
            damaged.remove(id);
            // The topic may have changed meanwhile.
            loop.execute(() -> {
                Wanted now = wanted.get(id.topicId());
                if (now != null) {
                    pass(now, id, replica);
                }
            });
        } else {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            damaged.put(id, String.valueOf(cause.getMessage()));
            LOG.error(
                    "{} cannot be opened and is left as it is; its other replicas carry on. {}",
                    logId.directoryName(),
                    cause.getMessage());
        }
    }

    private void remove(PartitionId id, Slot slot, String why) {
        slots.vacate(
                slot,
                slots.close(id, slot)
                        .thenRunAsync(
                                () -> {
                                    LogDirectory holding = directories.holding(slot.logId());
                                    FoundLogs.delete(holding == null ? slot.directory() : holding, slot.logId(), why);
                                    damaged.remove(id);
                                },
                                scheduler.blocking()));
    }

    /** Sets a log aside that cannot be repaired in place; the replica copies all of it from the others. */
    private void beginAnew(PartitionId id, Replica broken) {
        Slot slot = slots.get(id);
        Wanted now = wanted.get(id.topicId());
        if (slot == null || now == null || open.get(id) != broken) {
            return;
        }
        slots.remove(id);
        open.remove(id);
        LogId logId = slot.logId();
        LOG.warn(
                "{} cannot be repaired in place: it is set aside, and copied anew from its peers",
                logId.directoryName());
        slots.vacate(
                slot,
                slots.close(id, slot)
                        .thenRunAsync(
                                () -> FoundLogs.setAside(slot.directory(), logId, "it is damaged"),
                                scheduler.blocking()));
        boolean internal = now.topic().internal();
        open(
                id,
                logId,
                Configuration.NONE,
                now.config(),
                new RaftGroup.Options(internal, internal, FirstElection.AS_ALWAYS));
    }

    /** Stops using a replica whose directory has failed; its files stay as they are. */
    private void leave(PartitionId id, Slot slot) {
        LOG.warn(
                "{}: log directory {} has failed; the replica is made anew in another one from its peers",
                slot.logId().directoryName(),
                slot.directory().path());
        open.remove(id);
        slots.vacate(slot, slots.close(id, slot));
    }

    /**
     * Closes a replica, has something done with its files, and opens it again where they are then, if it is still wanted. On the
     * loop.
     *
     * @return completes on the loop when that is done, or has failed
     */
    CompletableFuture<Void> whileClosed(Replica replica, Supplier<CompletableFuture<Void>> work) {
        PartitionId id = replica.id();
        Slot before = slots.get(id);
        if (before == null || open.get(id) != replica) {
            return CompletableFuture.failedFuture(new IllegalStateException(replica.name() + " is not open"));
        }
        CompletableFuture<Replica> over = new CompletableFuture<>();
        Slot pause = new Slot(before.logId(), before.directory(), new AtomicBoolean(true), over);
        slots.put(id, pause);
        return slots.close(id, before)
                .thenCompose(nothing -> work.get())
                .whenCompleteAsync(
                        (nothing, failure) -> {
                            over.completeExceptionally(new IllegalStateException("closed for a while"));
                            if (slots.get(id) == pause) {
                                reopen(id, pause);
                            }
                        },
                        loop);
    }

    private void reopen(PartitionId id, Slot pause) {
        LogDirectory failed = directories.failedHolding(pause.logId());
        if (failed == null) {
            slots.remove(id);
            open(wanted.get(id.topicId()), id);
        } else {
            // What counts is known only once metadata knows that this directory is away.
            slots.put(id, new Slot(pause.logId(), failed, pause.wanted(), pause.opened()));
            damaged.put(id, failed.failure().message());
        }
    }

    /** Whether a replica is to be here, as the last image has it. On the loop. */
    boolean isWanted(PartitionId id) {
        Wanted known = wanted.get(id.topicId());
        return known != null
                && id.partition() < known.topic().partitions()
                && known.topic().assignments().get(id.partition()).isHostedBy(nodeId);
    }

    /**
     * Begins to hand over what this broker leads. Completes with the replicas that somebody is taking over. Any thread.
     */
    public CompletableFuture<List<Replica>> handOver() {
        List<CompletableFuture<Replica>> asked = new ArrayList<>();
        for (Replica replica : open.values()) {
            asked.add(CompletableFuture.supplyAsync(() -> replica.group().handOver() ? replica : null, replica.loop()));
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> asked.stream()
                .map(CompletableFuture::join)
                .filter(Objects::nonNull)
                .toList());
    }

    /** How far opening has come. Any thread. */
    public OpeningProgress opening() {
        return opener.progress();
    }

    /** Wants one replica opened, as long as metadata does. */
    private final class Owner implements OpeningOwner {
        private final PartitionId id;
        private final AtomicBoolean isWanted;

        Owner(PartitionId id, AtomicBoolean isWanted) {
            this.id = id;
            this.isWanted = isWanted;
        }

        @Override
        public boolean wants() {
            return isWanted.get();
        }

        @Override
        public List<Integer> replicas() {
            Wanted now = wanted.get(id.topicId());
            return now == null
                    ? List.of()
                    : now.topic().assignments().get(id.partition()).replicas();
        }

        @Override
        public void damaged(String what) {
            damaged.put(id, what);
        }
    }

    /** Whether every replica wanted so far is open, or known to be damaged; on the loop. */
    public boolean allOpened() {
        return slots.all().stream()
                .allMatch(slot -> slot.getValue().opened().isDone() || damaged.containsKey(slot.getKey()));
    }

    /** Closes all replicas and completes once their logs are closed. On the loop. */
    public CompletableFuture<Void> close() {
        return slots.closeAll();
    }
}
