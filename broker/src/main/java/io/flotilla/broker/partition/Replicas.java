package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.RaftGroup.FirstElection;
import io.flotilla.raft.quorum.Configuration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
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

    /** A replica wanted here, from the moment it is wanted until it is gone. */
    private record Slot(LogId logId, LogDirectory directory, CompletableFuture<Replica> opened) {}

    private final int nodeId;
    private final EventLoop loop;
    private final Scheduler scheduler;
    private final List<LogDirectory> directories;
    private final ReplicaOpener opener;
    private final TopicSettings configs;
    private final Listeners listeners;

    private final Map<PartitionId, Slot> slots = new LinkedHashMap<>();

    /** Replicas on their way out, by directory: another topic of the same name waits for its place. */
    private final Map<String, CompletableFuture<Void>> removals = new LinkedHashMap<>();

    /** A topic as the last image had it. */
    private record Wanted(TopicInfo topic, TopicConfig config) {}

    private final Map<UUID, Wanted> wanted = new HashMap<>();
    private final Map<PartitionId, Replica> open = new ConcurrentHashMap<>();
    private final Map<PartitionId, String> damaged = new ConcurrentHashMap<>();

    /** Replicas being opened, and perhaps repaired before; one that is taken out is given up. */
    private final Set<PartitionId> opening = ConcurrentHashMap.newKeySet();

    /**
     * @param loop the metadata partition's, on which changes are made
     * @param configs a topic's configuration with all that is set for this broker
     * @param listeners whom to tell what becomes of a replica
     */
    public Replicas(
            int nodeId,
            EventLoop loop,
            Scheduler scheduler,
            List<LogDirectory> directories,
            ReplicaOpener opener,
            TopicSettings configs,
            Listeners listeners) {
        this.nodeId = nodeId;
        this.loop = loop;
        this.scheduler = scheduler;
        this.directories = directories;
        this.opener = opener;
        this.configs = configs;
        this.listeners = listeners;
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
    public List<LogDirectory> directories() {
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
     * Sets aside what is on disk and not in this image, which must be recent: newer than this broker's start. What the image
     * knows to have been deleted, or to have moved to other brokers, is deleted. On the loop.
     */
    public void setStraysAside(MetadataImage image) {
        for (LogDirectory directory : directories) {
            for (LogId found : directory.found()) {
                if (found.topicId().equals(PartitionId.METADATA.topicId())) {
                    continue;
                }
                TopicInfo topic = image.topic(found.topicId());
                if (topic == null && image.isDeleted(found.topicId())) {
                    delete(directory, found, "its topic was deleted while this broker was away");
                } else if (topic == null || found.partition() >= topic.partitions()) {
                    setAside(directory, found);
                } else if (!topic.assignments().get(found.partition()).isHostedBy(nodeId)) {
                    delete(directory, found, "its partition lives on other brokers");
                }
            }
        }
    }

    private static void setAside(LogDirectory directory, LogId found) {
        try {
            LOG.warn(
                    "{} is unknown to the cluster's metadata: kept as {}",
                    found.directoryName(),
                    directory.setAside(found));
        } catch (IOException e) {
            LOG.error("{} is unknown to the cluster's metadata and cannot be set aside", found.directoryName(), e);
        }
    }

    /** Carries out a new image: opens what is new, removes what was deleted or moved away, passes on changes. On the loop. */
    public void apply(MetadataImage image) {
        for (Map.Entry<PartitionId, Slot> entry : List.copyOf(slots.entrySet())) {
            PartitionId id = entry.getKey();
            TopicInfo topic = image.topic(id.topicId());
            if (id.equals(PartitionId.METADATA)) {
                continue;
            }
            if (topic == null) {
                slots.remove(id);
                wanted.remove(id.topicId());
                remove(id, entry.getValue(), "its topic was deleted");
            } else if (!topic.assignments().get(id.partition()).isHostedBy(nodeId)) {
                slots.remove(id);
                remove(id, entry.getValue(), "its partition lives on other brokers");
            }
        }
        Replica metadata = open.get(PartitionId.METADATA);
        if (metadata != null && !image.metadataVoters().isEmpty()) {
            Goal goal = Goal.ofMetadata(image);
            metadata.loop().execute(() -> metadata.want(goal));
        }
        long disksSince = image.disksSince(nodeId);
        for (TopicInfo topic : image.topics()) {
            apply(new Wanted(topic, configs.apply(topic, image)), disksSince);
        }
    }

    private void apply(Wanted now, long disksSince) {
        TopicInfo topic = now.topic();
        Wanted before = wanted.put(topic.id(), now);
        for (int partition = 0; partition < topic.partitions(); partition++) {
            Assignment assignment = topic.assignments().get(partition);
            if (!assignment.isHostedBy(nodeId)) {
                continue;
            }
            PartitionId id = new PartitionId(topic.id(), partition);
            Replica replica = open.get(id);
            if (replica != null) {
                if (!now.equals(before)) {
                    pass(now, id, replica);
                }
            } else if (!slots.containsKey(id)) {
                Configuration initial = initial(assignment, disksSince);
                RaftGroup.Options options =
                        new RaftGroup.Options(topic.internal(), topic.internal(), firstElection(assignment, initial));
                open(id, new LogId(topic.name(), topic.id(), partition), initial, now.config(), options);
            }
        }
    }

    /**
     * What a replica without data takes for its group. One that is there from the partition's beginning knows the others. Any
     * other may have been there before and have lost what it knew, or is new to a group that has seen change: it knows
     * nobody until the leader tells it.
     */
    private static Configuration initial(Assignment assignment, long disksSince) {
        return assignment.original() && disksSince < assignment.offset()
                ? Configuration.of(assignment.replicas().stream()
                        .mapToInt(Integer::intValue)
                        .toArray())
                : Configuration.NONE;
    }

    private FirstElection firstElection(Assignment assignment, Configuration initial) {
        if (initial.equals(Configuration.NONE)) {
            return FirstElection.AS_ALWAYS;
        }
        return assignment.replicas().get(0) == nodeId ? FirstElection.STAND : FirstElection.HOLD_BACK;
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
        LogDirectory directory = directoryFor(logId);
        opening.add(id);
        CompletableFuture<Replica> opened = removals.getOrDefault(
                        logId.directoryName(), CompletableFuture.completedFuture(null))
                .thenCompose(nothing -> opener.open(
                        id,
                        logId,
                        directory,
                        initial,
                        config,
                        options,
                        listeners.apply(logId),
                        () -> opening.contains(id),
                        damage -> damaged.put(id, damage)))
                .whenComplete((replica, failure) -> opened(id, logId, replica, failure));
        slots.put(id, new Slot(logId, directory, opened));
        return opened;
    }

    private void opened(PartitionId id, LogId logId, Replica replica, Throwable failure) {
        opening.remove(id);
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

    /** Where the replica lies already; otherwise the directory with the fewest replicas. */
    private LogDirectory directoryFor(LogId logId) {
        for (LogDirectory directory : directories) {
            if (directory.found().contains(logId)) {
                return directory;
            }
        }
        Map<LogDirectory, Integer> load = new LinkedHashMap<>();
        directories.stream()
                .filter(directory -> directory.failure() == null)
                .forEach(directory -> load.put(directory, 0));
        slots.values().forEach(slot -> load.computeIfPresent(slot.directory(), (directory, count) -> count + 1));
        return load.entrySet().stream()
                .min(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(directories.get(0));
    }

    private void remove(PartitionId id, Slot slot, String why) {
        opening.remove(id);
        String name = slot.logId().directoryName();
        CompletableFuture<Void> removed = slot.opened()
                .thenComposeAsync(replica -> close(id, replica), scheduler.blocking())
                .handleAsync(
                        (nothing, failure) -> {
                            delete(slot.directory(), slot.logId(), why);
                            damaged.remove(id);
                            return null;
                        },
                        scheduler.blocking());
        removals.put(name, removed);
        removed.thenRunAsync(() -> removals.remove(name, removed), loop);
    }

    /** Sets a log aside that cannot be repaired in place; the replica copies all of it from the others. */
    private void beginAnew(PartitionId id, Replica broken) {
        Slot slot = slots.get(id);
        Wanted now = wanted.get(id.topicId());
        if (slot == null || now == null || open.get(id) != broken) {
            return;
        }
        slots.remove(id);
        LogId logId = slot.logId();
        LOG.warn(
                "{} cannot be repaired in place: it is set aside, and copied anew from its peers",
                logId.directoryName());
        CompletableFuture<Void> removed = close(id, broken)
                .handleAsync(
                        (nothing, failure) -> {
                            try {
                                slot.directory().setAside(logId);
                            } catch (IOException e) {
                                LOG.error("{} cannot be set aside", logId.directoryName(), e);
                            }
                            return null;
                        },
                        scheduler.blocking());
        removals.put(logId.directoryName(), removed);
        removed.thenRunAsync(() -> removals.remove(logId.directoryName(), removed), loop);
        boolean internal = now.topic().internal();
        open(
                id,
                logId,
                Configuration.NONE,
                now.config(),
                new RaftGroup.Options(internal, internal, FirstElection.AS_ALWAYS));
    }

    private static void delete(LogDirectory directory, LogId logId, String why) {
        try {
            directory.delete(logId);
            LOG.info("{} deleted: {}", logId.directoryName(), why);
        } catch (IOException e) {
            LOG.error("{} was to be deleted and is not: {}", logId.directoryName(), why, e);
        }
    }

    private CompletableFuture<Void> close(PartitionId id, Replica replica) {
        open.remove(id);
        return CompletableFuture.supplyAsync(replica::close, replica.loop())
                .thenCompose(Function.identity())
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOG.error("{} could not be closed in good order", replica.name(), failure);
                    }
                });
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

    /** Whether every replica wanted so far is open, or known to be damaged; on the loop. */
    public boolean allOpened() {
        return slots.entrySet().stream()
                .allMatch(slot -> slot.getValue().opened().isDone() || damaged.containsKey(slot.getKey()));
    }

    /** Closes all replicas and completes once their logs are closed. On the loop. */
    public CompletableFuture<Void> close() {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        opening.clear();
        slots.forEach((id, slot) -> closed.add(slot.opened()
                .thenComposeAsync(replica -> close(id, replica), loop)
                .exceptionally(failure -> null)));
        slots.clear();
        return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
    }
}
