package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TestImages;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.log.ReadResult;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Brokers 1, 2 and 3 with topics of three replicas, all in one thread and in virtual time. The same seed gives the same run.
 * Topic {@link #TOPIC} has one partition, which broker 1 prefers to lead.
 */
public final class TestCluster implements BeforeEachCallback, AfterEachCallback {
    public static final int BROKERS = 3;
    public static final String TOPIC = "topic";

    private static final PartitionId PARTITION = new PartitionId(topicId(TOPIC), 0);
    /** Of the metadata records that make topics; brokers that never lost a disk have registered before. */
    private static final long TOPICS_OFFSET = 1;

    private static final long STEP_MS = 20;
    private static final int PATIENCE_STEPS = 500;
    private static final long PRODUCE_TIMEOUT_NANOS = 5_000_000_000L;

    public final TestLoop loop = new TestLoop();
    private final TestLinks links = new TestLinks(loop);
    private final Map<Integer, TestBroker> brokers = new TreeMap<>();
    private final Map<String, TopicInfo> topics = new TreeMap<>();
    private final List<UUID> deletedTopics = new ArrayList<>();
    private final TestImages.Registrations registrations = new TestImages.Registrations();
    private final Set<Integer> everRegistered = new HashSet<>();
    private final TestAssignments assignments = new TestAssignments();
    private final RandomGenerator random;
    private final int size;
    private long metadataOffset = TOPICS_OFFSET;

    /** @param configs of {@link #TOPIC} */
    public TestCluster(long seed, Map<String, String> configs) {
        this(seed, configs, BROKERS);
    }

    /** @param size number of brokers; topics are on the first three */
    public TestCluster(long seed, Map<String, String> configs, int size) {
        this.random = new Random(seed);
        this.size = size;
        addTopic(TOPIC, 1, configs);
        for (int id = 1; id <= size; id++) {
            brokers.put(id, newBroker(id, seed * BROKERS + id));
        }
    }

    private TestBroker newBroker(int id, long seed) {
        return new TestBroker(id, loop, links, seed, assignments);
    }

    public TestCluster() {
        this(1, Map.of());
    }

    public static UUID topicId(String name) {
        return new UUID(1, name.hashCode());
    }

    private void addTopic(String name, int partitions, Map<String, String> configs) {
        addTopic(name, topicId(name), partitions, configs);
    }

    private void addTopic(String name, UUID id, int partitions, Map<String, String> configs) {
        List<List<Integer>> replicas = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            replicas.add(List.of(1, 2, 3));
        }
        topics.put(name, TopicInfo.made(name, id, replicas, TOPICS_OFFSET, new TreeMap<>(configs)));
    }

    /** Makes a topic with three replicas of each partition on the running brokers. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    public void createTopic(String name, int partitions, Map<String, String> configs) {
        addTopic(name, partitions, configs);
        runningBrokers().forEach(broker -> broker.apply(image()));
        await(() -> {
            for (int partition = 0; partition < partitions; partition++) {
                if (leaderOf(new PartitionId(topicId(name), partition)) == null) {
                    return false;
                }
            }
            return true;
        });
    }

    public void deleteTopic(String name) {
        deletedTopics.add(topics.get(name).id());
        forgetTopic(name);
    }

    /** Has metadata say nothing of a topic, not even that it was deleted. */
    public void forgetTopic(String name) {
        topics.remove(name);
        runningBrokers().forEach(broker -> broker.apply(image()));
    }

    /** Deletes a topic and at once makes another of its name with one partition, led when this returns; tells its id. */
    public UUID recreateTopic(String name) {
        deleteTopic(name);
        UUID id = new UUID(2, name.hashCode());
        addTopic(name, id, 1, Map.of());
        runningBrokers().forEach(broker -> broker.apply(image()));
        await(() -> leaderOf(new PartitionId(id, 0)) != null);
        return id;
    }

    public MetadataImage image() {
        return TestImages.of(size, topics.values(), registrations, deletedTopics);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        startAll();
        awaitLeader();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        stopAll();
    }

    public TestBroker broker(int id) {
        return brokers.get(id);
    }

    private List<TestBroker> runningBrokers() {
        return brokers.values().stream().filter(TestBroker::isRunning).toList();
    }

    // ---- lives of brokers

    public void start(int id) {
        broker(id).start(() -> registered(id));
    }

    private MetadataImage registered(int id) {
        register(id);
        return image();
    }

    /** Metadata learns of a broker's log directories, if they have changed. The first time it has always known them. */
    public void register(int id) {
        List<UUID> directories = broker(id).directoryIds();
        if (!everRegistered.add(id)) {
            if (!registrations.has(id, directories)) {
                registrations.register(id, directories, ++metadataOffset);
                tellAll();
            }
        } else {
            registrations.register(id, directories, 0);
        }
    }

    /** Starts a broker whose disk does nothing before it is released. */
    public void startWithSlowDisk(int id) {
        broker(id).startWithSlowDisk(() -> registered(id));
    }

    /** Changes what is set on {@link #TOPIC}. */
    public void configureTopic(Map<String, String> configs) {
        addTopic(TOPIC, 1, configs);
        runningBrokers().forEach(broker -> broker.apply(image()));
    }

    /** Stops a broker in good order. */
    public void stop(int id) {
        broker(id).stop();
    }

    /** Gives a stopped broker an empty disk. */
    public void replaceDisk(int id) {
        brokers.put(id, newBroker(id, random.nextLong()));
        registrations.register(id, List.of(), ++metadataOffset);
    }

    /** Kills a broker's process: what it has written stays, synced or not. */
    public void kill(int id) {
        TestBroker broker = broker(id);
        broker.cutFromTheWorld(broker.files::killProcess);
        broker.giveBackMemory();
    }

    /** All brokers lose power in the same moment. */
    public void losePower() {
        runningBrokers().forEach(broker -> broker.cutFromTheWorld(() -> broker.files.powerLoss(random)));
        runningBrokers().forEach(TestBroker::giveBackMemory);
    }

    public void stopAll() {
        runningBrokers().forEach(TestBroker::stop);
    }

    /** The brokers that run, or those that do not. */
    public List<Integer> brokersRunning(boolean running) {
        return brokers.keySet().stream()
                .filter(id -> broker(id).isRunning() == running)
                .toList();
    }

    public void startAll() {
        brokers.keySet().forEach(this::start);
    }

    public void cutOff(int id) {
        links.cutOff(id);
        loop.run();
    }

    public void reconnect(int id) {
        links.connect(id);
        loop.run();
    }

    // ---- where the partition's replicas are

    /** Asks that the partition's replicas be on these brokers; without any, takes back what was asked. */
    public void reassign(Integer... target) {
        List<Integer> wanted = target.length == 0 ? null : List.of(target);
        topics.put(TOPIC, TestImages.reassigned(size, topics.get(TOPIC), 0, wanted, ++metadataOffset));
        tellAll();
    }

    public Assignment assignment() {
        return topics.get(TOPIC).assignments().get(0);
    }

    /** Nobody can reach the cluster metadata, or everybody can again. */
    public void holdMetadata(boolean held) {
        assignments.held = held;
    }

    private void tellAll() {
        runningBrokers().forEach(broker -> broker.apply(image()));
    }

    /** The cluster metadata as leaders of partitions deal with it. */
    private final class TestAssignments implements Assignments {
        private final MoveSlots slots = new MoveSlots(10);
        private boolean held;

        @Override
        public MoveSlots slots() {
            return slots;
        }

        @Override
        public CompletableFuture<Void> refreshed() {
            return answer();
        }

        @Override
        public CompletableFuture<Void> reached(PartitionId partition, long assignmentOffset, NodeSet voters) {
            List<Integer> ids = new ArrayList<>();
            voters.forEach(ids::add);
            if (!held) {
                TopicInfo topic = topics.get(TOPIC);
                topics.put(TOPIC, TestImages.reached(size, topic, 0, assignmentOffset, ids, ++metadataOffset));
                loop.execute(() -> runningBrokers().forEach(broker -> broker.applySoon(image())));
            }
            return answer();
        }

        private CompletableFuture<Void> answer() {
            return held
                    ? CompletableFuture.failedFuture(new IllegalStateException("the metadata cannot be reached"))
                    : CompletableFuture.completedFuture(null);
        }
    }

    // ---- the partition

    public Replica replica(int broker) {
        return broker(broker).replicas().get(PARTITION);
    }

    /** The first partition's replica of another topic. */
    public Replica replica(String topic, int broker) {
        return broker(broker).replicas().get(new PartitionId(topicId(topic), 0));
    }

    /** Who leads the partition as far as a broker has been told, or -1. */
    public int knownLeader(int broker) {
        LeaderTable.Leader leader = broker(broker).leaders().leader(PARTITION);
        return leader == null ? -1 : leader.brokerId();
    }

    /** Does what brokers do now and then. */
    public void enforceRetention() {
        runningBrokers().forEach(broker -> broker.replicas().enforceRetention());
        loop.run();
    }

    /** The broker that leads and has committed in its term, after letting as much time pass as it needs to be elected. */
    public int awaitLeader() {
        await(() -> leaderOf(PARTITION) != null);
        return leaderOf(PARTITION);
    }

    /** Like {@link #awaitLeader}, but it is to be another one than this. */
    public int awaitLeaderOtherThan(int broker) {
        await(() -> leaderOf(PARTITION) != null && leaderOf(PARTITION) != broker);
        return leaderOf(PARTITION);
    }

    /** The broker that leads and has committed in its term, or null. */
    public Integer leader() {
        return leaderOf(PARTITION);
    }

    private Integer leaderOf(PartitionId partition) {
        Integer leader = null;
        int term = -1;
        for (Map.Entry<Integer, TestBroker> entry : brokers.entrySet()) {
            Replica replica =
                    entry.getValue().isRunning() ? entry.getValue().replicas().get(partition) : null;
            if (replica != null && replica.isLeading() && replica.term() > term) {
                leader = entry.getKey();
                term = replica.term();
            }
        }
        return leader;
    }

    /**
     * Lets another broker be elected, and none write to its disk after it has voted: the new leader leads, but commits nothing
     * before {@link #letCommit}.
     *
     * @param former the leader, which must have been cut off just now
     * @return the new leader
     */
    public int electWithoutCommit(int former) {
        List<Integer> others =
                brokersRunning(true).stream().filter(id -> id != former).toList();
        others.forEach(id -> broker(id).holdDiskAfterVote());
        await(() -> others.stream().anyMatch(this::hasRoleOfLeader));
        return others.stream().filter(this::hasRoleOfLeader).findFirst().orElseThrow();
    }

    /**
     * Cuts the leader off and waits until another one leads and has committed in its term, which the former does not know yet.
     *
     * @return the new leader
     */
    public int depose(int former) {
        cutOff(former);
        int next = awaitLeaderOtherThan(former);
        if (!replica(former).isLeading()) {
            throw new AssertionError("broker " + former + " has noticed already");
        }
        return next;
    }

    /** Hands the partition over, and waits until it is led by its new leader. */
    public void transfer(int from, int to) {
        loop.execute(() -> replica(from).group().transferLeadership(to));
        await(() -> replica(to).isLeading());
    }

    private boolean hasRoleOfLeader(int broker) {
        return replica(broker).group().core().role() == Role.LEADER;
    }

    public void letCommit() {
        runningBrokers().forEach(TestBroker::releaseDisk);
    }

    /** Lets time pass until something holds. */
    public void await(BooleanSupplier condition) {
        loop.run();
        for (int step = 0; !condition.getAsBoolean(); step++) {
            if (step == PATIENCE_STEPS) {
                throw new AssertionError("nothing came of it in " + step * STEP_MS + " ms of virtual time");
            }
            loop.advance(STEP_MS);
        }
    }

    /** All running replicas have committed as much. */
    public void awaitEqualReplicas() {
        await(() -> runningBrokers().stream()
                        .map(broker -> broker.replicas().get(PARTITION))
                        .filter(Objects::nonNull)
                        .map(replica -> replica.log().committedIndex())
                        .distinct()
                        .count()
                == 1);
    }

    /** Hands a batch to a replica; the future completes when it answers. */
    public CompletableFuture<ProduceResult> send(int broker, ByteBuf batch) {
        return send(replica(broker), batch);
    }

    private CompletableFuture<ProduceResult> send(Replica replica, ByteBuf batch) {
        CompletableFuture<ProduceResult> answer = new CompletableFuture<>();
        long deadline = loop.nanoTime() + PRODUCE_TIMEOUT_NANOS;
        loop.execute(() -> replica.produce(batch, deadline, answer::complete));
        loop.run();
        return answer;
    }

    /** Produces, and waits for the answer. */
    public ProduceResult produce(int broker, ByteBuf batch) {
        CompletableFuture<ProduceResult> answer = send(broker, batch);
        await(answer::isDone);
        return answer.join();
    }

    /** Produces to the first partition of another topic. */
    public ProduceResult produce(String topic, int broker, ByteBuf batch) {
        return produceTo(topic, 0, broker, batch);
    }

    /** Produces to a partition of another topic. */
    public ProduceResult produceTo(String topic, int partition, int broker, ByteBuf batch) {
        Replica replica = broker(broker).replicas().get(new PartitionId(topicId(topic), partition));
        CompletableFuture<ProduceResult> answer = send(replica, batch);
        await(answer::isDone);
        return answer.join();
    }

    /** Stops a replica as a broken invariant does. */
    public void failReplica(int broker) {
        loop.execute(() -> replica(broker).stop(new IllegalStateException("failed by the test")));
        loop.run();
    }

    public CompletableFuture<ProduceResult> sendDeleteRecords(int broker, long offset) {
        CompletableFuture<ProduceResult> answer = new CompletableFuture<>();
        long deadline = loop.nanoTime() + PRODUCE_TIMEOUT_NANOS;
        loop.execute(() -> replica(broker).deleteRecords(offset, deadline, answer::complete));
        loop.run();
        return answer;
    }

    public ProduceResult deleteRecords(int broker, long offset) {
        CompletableFuture<ProduceResult> answer = sendDeleteRecords(broker, offset);
        await(answer::isDone);
        return answer.join();
    }

    /** All records a consumer could read from a replica, as {@code offset:value}. */
    public List<String> records(int broker) {
        Replica replica = replica(broker);
        List<String> records = new ArrayList<>();
        long next = replica.logStartOffset();
        while (next < replica.highWatermark()) {
            long offset = next;
            CompletableFuture<ReadResult> read = new CompletableFuture<>();
            loop.execute(() -> replica.read(offset, 1 << 20, true).thenAccept(read::complete));
            await(read::isDone);
            ByteBuf bytes = ((ReadResult.Batches) read.join()).bytes();
            Batches.records(bytes).stream()
                    .filter(record -> offset(record) >= offset)
                    .forEach(records::add);
            bytes.release();
            next = offset(records.get(records.size() - 1)) + 1;
        }
        return records;
    }

    private static long offset(String record) {
        return Long.parseLong(record.substring(0, record.indexOf(':')));
    }
}
