package io.flotilla.broker.group;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.Liveness;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.cluster.TopicNames;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.machine.BatchTooLargeException;
import io.flotilla.broker.machine.LoadingException;
import io.flotilla.broker.machine.MachineHost;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.ReplicaListener;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * The group coordinators of this broker: one machine for each replica of {@code __consumer_offsets} here, active on those that
 * lead. Knows which partition a group belongs to, and which broker coordinates it. Thread-safe.
 */
public final class GroupCoordinators {
    /** The topic that holds groups and their offsets. */
    public static final String TOPIC = TopicNames.CONSUMER_OFFSETS;

    private final GroupSettings settings;
    private final Clock clock;
    private final RandomSource random;
    private final MetadataCache metadata;
    private final LeaderTable leaders;
    private final Liveness liveness;
    private final Runnable createTopic;
    /** By partition number. */
    private final Map<Integer, Slot> slots = new ConcurrentSkipListMap<>();

    private MetadataImage previous;

    /** @param createTopic asks for {@code __consumer_offsets} to be created; called often, must return at once */
    public GroupCoordinators(
            GroupSettings settings,
            Clock clock,
            RandomSource random,
            MetadataCache metadata,
            LeaderTable leaders,
            Liveness liveness,
            Runnable createTopic) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.metadata = metadata;
        this.leaders = leaders;
        this.liveness = liveness;
        this.createTopic = createTopic;
    }

    /** Begins to watch for deleted topics, whose offsets are forgotten. Called once. */
    public void start() {
        metadata.subscribe(this::imageChanged);
    }

    /**
     * A replica of {@link #TOPIC} was opened here: what comes back has to hear of its leadership. Nothing has to be said when
     * it closes: then it no longer leads, and answers for no group.
     */
    public ReplicaListener replicaOpened(PartitionId partition) {
        MachineHost<GroupMachine> host = new MachineHost<>(
                TOPIC + "-" + partition.partition(),
                timers -> new GroupMachine(settings, clock, random, timers),
                clock,
                settings.maxBatchBytes());
        slots.put(partition.partition(), new Slot(partition, host));
        return host;
    }

    /**
     * Runs a command on the group's machine. Fails with {@link CoordinatorException}: NOT_COORDINATOR where another broker
     * should be asked, COORDINATOR_LOAD_IN_PROGRESS and COORDINATOR_NOT_AVAILABLE where it should be tried again,
     * MESSAGE_TOO_LARGE when the records do not fit a batch.
     */
    public <R> CompletableFuture<R> submit(String groupId, Function<GroupMachine, Outcome<R>> command) {
        return withHost(groupId, host -> host.submit(command));
    }

    /**
     * Like {@link #submit}, for a command that only reads. Its answer is never older than the question, also where another
     * broker has taken over and this one does not know it yet.
     */
    public <R> CompletableFuture<R> read(String groupId, Function<GroupMachine, Outcome<R>> command) {
        return withHost(groupId, host -> host.read(command));
    }

    private <R> CompletableFuture<R> withHost(
            String groupId, Function<MachineHost<GroupMachine>, CompletableFuture<R>> call) {
        TopicInfo topic = metadata.image().topic(TOPIC);
        if (topic == null) {
            return CompletableFuture.failedFuture(unavailable("the topic " + TOPIC + " does not exist yet"));
        }
        Slot slot = slots.get(partitionOf(groupId, topic));
        if (slot == null || !slot.partition.topicId().equals(topic.id())) {
            return CompletableFuture.failedFuture(notHere(groupId));
        }
        return translated(groupId, call.apply(slot.host));
    }

    /**
     * Asks every machine that is active here, as {@link #read} does, for questions about all groups; machines that stop
     * meanwhile are left out. Fails with COORDINATOR_LOAD_IN_PROGRESS while one is loading.
     */
    public <R> CompletableFuture<List<R>> readAll(Function<GroupMachine, Outcome<R>> command) {
        List<CompletableFuture<R>> parts = new ArrayList<>();
        for (Slot slot : slots.values()) {
            parts.add(translated("", slot.host.read(command)).exceptionally(failure -> {
                RuntimeException known = translate("", failure);
                if (known instanceof CoordinatorException absent && absent.error() == ErrorCode.NOT_COORDINATOR) {
                    return null;
                }
                throw known;
            }));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(all -> {
            List<R> results = new ArrayList<>(parts.size());
            for (CompletableFuture<R> part : parts) {
                R result = part.join();
                if (result != null) {
                    results.add(result);
                }
            }
            return results;
        });
    }

    /**
     * The broker that coordinates the group.
     *
     * @throws CoordinatorException COORDINATOR_NOT_AVAILABLE when there is none at the moment; asks for the topic if missing
     */
    public BrokerInfo coordinator(String groupId) {
        MetadataImage image = metadata.image();
        TopicInfo topic = image.topic(TOPIC);
        if (topic == null) {
            createTopic.run();
            throw unavailable("the topic " + TOPIC + " is being created");
        }
        LeaderTable.Leader leader = leaders.leader(new PartitionId(topic.id(), partitionOf(groupId, topic)));
        BrokerInfo broker = leader == null ? null : image.brokers().get(leader.brokerId());
        if (broker == null || !liveness.isAlive(broker.id())) {
            throw unavailable("the group's partition of " + TOPIC + " has no leader at the moment");
        }
        return broker;
    }

    /** Kafka's rule, so that data and expectations carry over: the hash of the id without its sign. */
    static int partitionOf(String groupId, TopicInfo topic) {
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % topic.partitions();
    }

    private static <R> CompletableFuture<R> translated(String groupId, CompletableFuture<R> answer) {
        return answer.exceptionally(failure -> {
            throw translate(groupId, failure);
        });
    }

    private static RuntimeException translate(String groupId, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof NotLeaderException) {
            return notHere(groupId);
        }
        if (cause instanceof LoadingException) {
            return new CoordinatorException(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, cause.getMessage());
        }
        if (cause instanceof BatchTooLargeException) {
            return new CoordinatorException(ErrorCode.MESSAGE_TOO_LARGE, cause.getMessage());
        }
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }

    private static CoordinatorException notHere(String groupId) {
        return new CoordinatorException(
                ErrorCode.NOT_COORDINATOR, "this broker does not coordinate group '" + groupId + "'");
    }

    private static CoordinatorException unavailable(String why) {
        return new CoordinatorException(ErrorCode.COORDINATOR_NOT_AVAILABLE, why);
    }

    /** Called on one loop, so {@link #previous} needs no protection. */
    private void imageChanged(MetadataImage image) {
        Map<String, UUID> deleted = new LinkedHashMap<>();
        if (previous != null) {
            for (TopicInfo topic : previous.topics()) {
                if (image.topic(topic.id()) == null) {
                    deleted.put(topic.name(), topic.id());
                }
            }
        }
        previous = image;
        if (!deleted.isEmpty()) {
            // Where this fails another broker leads and does the same, or the offsets wait for their retention to end.
            slots.values().forEach(slot -> slot.host.submit(machine -> machine.forgetTopics(deleted)));
        }
    }

    private record Slot(PartitionId partition, MachineHost<GroupMachine> host) {}
}
