package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogId;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.RaftGroup.FirstElection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas on this broker: opened, reconfigured and removed as the cluster's metadata says. A replica is removed only
 * when metadata says that its topic was deleted; data that metadata does not know is set aside. Changes are made on one
 * loop; {@link #get} and the other look-ups may be called from any thread.
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

    private final Map<UUID, TopicConfig> wantedConfigs = new HashMap<>();
    private final Map<PartitionId, Replica> open = new ConcurrentHashMap<>();
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

    /** Opens the replica of the metadata log. On the loop. */
    public CompletableFuture<Replica> openMetadata(List<Integer> voters, TopicConfig config) {
        LogId logId = new LogId("__cluster_metadata", PartitionId.METADATA.topicId(), 0);
        FirstElection first = voters.size() == 1 ? FirstElection.STAND : FirstElection.AS_ALWAYS;
        return open(PartitionId.METADATA, logId, voters, config, new RaftGroup.Options(true, true, first));
    }

    /**
     * Sets aside what is on disk and not in this image, which must be recent: newer than this broker's start. On the loop.
     */
    public void setStraysAside(MetadataImage image) {
        for (LogDirectory directory : directories) {
            for (LogId found : directory.found()) {
                if (!found.topicId().equals(PartitionId.METADATA.topicId()) && image.topic(found.topicId()) == null) {
                    setAside(directory, found);
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

    /** Carries out a new image: opens what is new, removes what was deleted, passes on configuration. On the loop. */
    public void apply(MetadataImage image) {
        for (Map.Entry<PartitionId, Slot> entry : List.copyOf(slots.entrySet())) {
            PartitionId id = entry.getKey();
            if (!id.equals(PartitionId.METADATA) && image.topic(id.topicId()) == null) {
                slots.remove(id);
                wantedConfigs.remove(id.topicId());
                remove(id, entry.getValue());
            }
        }
        for (TopicInfo topic : image.topics()) {
            apply(topic, configs.apply(topic, image));
        }
    }

    private void apply(TopicInfo topic, TopicConfig config) {
        wantedConfigs.put(topic.id(), config);
        for (int partition = 0; partition < topic.partitions(); partition++) {
            List<Integer> members = topic.replicas().get(partition);
            if (!members.contains(nodeId)) {
                continue;
            }
            PartitionId id = new PartitionId(topic.id(), partition);
            Replica replica = open.get(id);
            if (replica != null) {
                reconfigure(replica, config);
            } else if (!slots.containsKey(id)) {
                FirstElection first = members.get(0) == nodeId ? FirstElection.STAND : FirstElection.HOLD_BACK;
                RaftGroup.Options options = new RaftGroup.Options(topic.internal(), topic.internal(), first);
                open(id, new LogId(topic.name(), topic.id(), partition), members, config, options);
            }
        }
    }

    private void reconfigure(Replica replica, TopicConfig config) {
        if (!config.equals(replica.config())) {
            replica.loop().execute(() -> {
                replica.configure(config);
                replica.log().reconfigure(opener.logConfig(config));
            });
        }
    }

    private CompletableFuture<Replica> open(
            PartitionId id, LogId logId, List<Integer> voters, TopicConfig config, RaftGroup.Options options) {
        LogDirectory directory = directoryFor(logId);
        CompletableFuture<Replica> opened = removals.getOrDefault(
                        logId.directoryName(), CompletableFuture.completedFuture(null))
                .thenCompose(
                        nothing -> opener.open(id, logId, directory, voters, config, options, listeners.apply(logId)))
                .whenComplete((replica, failure) -> opened(id, logId, replica, failure));
        slots.put(id, new Slot(logId, directory, opened));
        return opened;
    }

    private void opened(PartitionId id, LogId logId, Replica replica, Throwable failure) {
        if (failure == null) {
            open.put(id, replica);
            // The topic's configuration may have changed meanwhile.
            loop.execute(() -> reconfigure(replica, wantedConfigs.getOrDefault(id.topicId(), replica.config())));
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

    private void remove(PartitionId id, Slot slot) {
        String name = slot.logId().directoryName();
        CompletableFuture<Void> removed = slot.opened()
                .thenComposeAsync(replica -> close(id, replica), scheduler.blocking())
                .handleAsync(
                        (nothing, failure) -> {
                            delete(slot);
                            damaged.remove(id);
                            return null;
                        },
                        scheduler.blocking());
        removals.put(name, removed);
        removed.thenRunAsync(() -> removals.remove(name, removed), loop);
    }

    private static void delete(Slot slot) {
        try {
            slot.directory().delete(slot.logId());
            slot.directory().journal().forget(slot.logId().group());
            LOG.info("{} deleted, as its topic was", slot.logId().directoryName());
        } catch (IOException e) {
            LOG.error("{} was to be deleted and is not", slot.logId().directoryName(), e);
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

    /** Whether every replica wanted so far is open, or known to be damaged; on the loop. */
    public boolean allOpened() {
        return slots.values().stream().allMatch(slot -> slot.opened().isDone());
    }

    /** Closes all replicas and completes once their logs are closed. On the loop. */
    public CompletableFuture<Void> close() {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        slots.forEach((id, slot) -> closed.add(slot.opened()
                .thenComposeAsync(replica -> close(id, replica), loop)
                .exceptionally(failure -> null)));
        slots.clear();
        return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
    }
}
