package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AddRaftVoterRequest;
import io.flotilla.wire.message.AddRaftVoterResponse;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsResponse;
import io.flotilla.wire.message.AlterReplicaLogDirsRequest;
import io.flotilla.wire.message.AlterReplicaLogDirsResponse;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.DeleteRecordsRequest;
import io.flotilla.wire.message.DeleteRecordsResponse;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.ElectLeadersRequest;
import io.flotilla.wire.message.ElectLeadersResponse;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsResponse;
import io.flotilla.wire.message.RemoveRaftVoterRequest;
import io.flotilla.wire.message.RemoveRaftVoterResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** An administrator: makes and removes topics, deletes records, has partitions led by those who prefer to. */
final class AdminWorkload {
    private static final int TIMEOUT_MS = 8_000;
    private static final long PAUSE_MS = 200;
    private static final byte TOPIC = 2;
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private final SimClient client;
    private final History history;
    private final Oracle oracle;
    private final int brokers;
    private final List<String> topics;
    private final int partitions;
    private final Directory directory;
    private final RandomGenerator random;
    private int spareTopics;
    private boolean spareThere;
    private final Set<Integer> formerVoters = new TreeSet<>();
    private final Set<String> keepsNotAll = new TreeSet<>();

    /** @param topics that are to stay */
    AdminWorkload(SimClient client, History history, Oracle oracle, int brokers, List<String> topics, int partitions) {
        this.client = client;
        this.history = history;
        this.oracle = oracle;
        this.brokers = brokers;
        this.topics = topics;
        this.partitions = partitions;
        this.directory = new Directory(client, brokers);
        this.random = client.process().newGenerator();
    }

    /** Makes a topic with three replicas, tries until it is there, and says so. */
    void createTopic(String name, Runnable done) {
        createTopic(name, List.of(), done);
    }

    /** @param configs the topic's own configuration */
    void createTopic(String name, List<CreateTopicsRequest.Config> configs, Runnable done) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name(name)
                        .numPartitions(partitions)
                        .replicationFactor((short) 3)
                        .configs(configs)
                        .build()))
                .timeoutMs(TIMEOUT_MS / 2)
                .build();
        client.call(directory.anyBroker(), request, CreateTopicsResponse.class, TIMEOUT_MS, response -> {
            ErrorCode error = response == null
                    ? ErrorCode.REQUEST_TIMED_OUT
                    : ErrorCode.of(response.topics().get(0).errorCode());
            if (error == ErrorCode.NONE || error == ErrorCode.TOPIC_ALREADY_EXISTS) {
                done.run();
            } else {
                client.after(PAUSE_MS, () -> createTopic(name, configs, done));
            }
        });
    }

    /** Makes a topic that nobody uses, or removes the one made before. Whether it works does not matter. */
    void createOrDeleteTopic() {
        if (!spareThere) {
            spareThere = true;
            spareTopics++;
            client.after(0, () -> createTopic(spare(), () -> {}));
        } else {
            spareThere = false;
            history.add(new Event.TopicDeleted(spare()));
            client.after(0, () -> deleteTopic(spare()));
        }
    }

    /** Every other one has a name that there was before. */
    private String spare() {
        return "spare" + spareTopics / 2;
    }

    private void deleteTopic(String name) {
        DeleteTopicsRequest request = DeleteTopicsRequest.builder()
                .topics(List.of(DeleteTopicsRequest.Topic.builder().name(name).build()))
                .timeoutMs(TIMEOUT_MS)
                .build();
        client.call(directory.anyBroker(), request, DeleteTopicsResponse.class, TIMEOUT_MS, response -> {});
    }

    /** Deletes some of the oldest records of some partition. */
    void deleteRecords() {
        Partition partition = anyPartition();
        client.after(0, () -> {
            int leader = directory.leader(partition);
            directory.refresh(topics);
            long end = oracle.highWatermark(partition);
            if (leader < 0 || end == 0) {
                return;
            }
            long offset = random.nextLong(end);
            history.add(new Event.DeletionAllowed(partition, offset));
            DeleteRecordsRequest request = DeleteRecordsRequest.builder()
                    .topics(List.of(DeleteRecordsRequest.Topic.builder()
                            .name(partition.topic())
                            .partitions(List.of(DeleteRecordsRequest.Partition.builder()
                                    .partitionIndex(partition.number())
                                    .offset(offset)
                                    .build()))
                            .build()))
                    .timeoutMs(TIMEOUT_MS)
                    .build();
            client.call(leader, request, DeleteRecordsResponse.class, TIMEOUT_MS, response -> {});
        });
    }

    /** Has a topic keep no more than so many bytes, or so old records, or from now on everything. */
    void changeRetention() {
        String topic = topics.get(random.nextInt(topics.size()));
        if (keepsNotAll.add(topic)) {
            for (int i = 0; i < partitions; i++) {
                history.add(new Event.DeletionAllowed(new Partition(topic, i), Long.MAX_VALUE));
            }
        }
        if (KeyedRecords.isKeyed(topic)) {
            set(topic, "cleanup.policy", "compact,delete");
        }
        switch (random.nextInt(3)) {
            case 0 -> set(topic, "retention.bytes", String.valueOf(8_192 << random.nextInt(4)));
            case 1 -> set(topic, "retention.ms", String.valueOf(500 << random.nextInt(4)));
            default -> keepEverything(topic);
        }
    }

    /** All topics are to keep everything from now on. */
    void keepEverything() {
        keepsNotAll.forEach(this::keepEverything);
    }

    private void keepEverything(String topic) {
        set(topic, "retention.bytes", null);
        set(topic, "retention.ms", null);
        if (KeyedRecords.isKeyed(topic)) {
            set(topic, "cleanup.policy", "compact");
        }
    }

    /** @param value null for what is usual */
    private void set(String topic, String name, String value) {
        client.world().note(topic + ": " + name + " is to be " + (value == null ? "as usual" : value));
        IncrementalAlterConfigsRequest.Config config = IncrementalAlterConfigsRequest.Config.builder()
                .name(name)
                .configOperation(value == null ? DELETE : SET)
                .value(value)
                .build();
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(IncrementalAlterConfigsRequest.Resource.builder()
                        .resourceType(TOPIC)
                        .resourceName(topic)
                        .configs(List.of(config))
                        .build()))
                .build();
        client.after(
                0,
                () -> client.call(
                        directory.anyBroker(),
                        request,
                        IncrementalAlterConfigsResponse.class,
                        TIMEOUT_MS,
                        response -> {}));
    }

    /** Has a broker cease to be a voter of the metadata, or become one again. */
    void changeVoters(int fewest) {
        boolean add = !formerVoters.isEmpty() && (random.nextBoolean() || brokers - formerVoters.size() <= fewest);
        if (add) {
            addVoter(formerVoters.iterator().next());
        } else if (brokers - formerVoters.size() > fewest) {
            removeVoter(1 + random.nextInt(brokers));
        }
    }

    private void addVoter(int broker) {
        client.world().note("broker " + broker + " is to be a voter again");
        AddRaftVoterRequest request = AddRaftVoterRequest.builder()
                .timeoutMs(TIMEOUT_MS / 2)
                .voterId(broker)
                .voterDirectoryId(new UUID(0, 0))
                .listeners(List.of())
                .ackWhenCommitted(true)
                .build();
        client.after(
                0,
                () -> client.call(directory.anyBroker(), request, AddRaftVoterResponse.class, TIMEOUT_MS, response -> {
                    // Until that is certain it counts for none.
                    if (response != null && response.errorCode() == ErrorCode.NONE.code()) {
                        formerVoters.remove(broker);
                    }
                }));
    }

    private void removeVoter(int broker) {
        if (formerVoters.add(broker)) {
            client.world().note("broker " + broker + " is to be no voter any more");
            RemoveRaftVoterRequest request = RemoveRaftVoterRequest.builder()
                    .voterId(broker)
                    .voterDirectoryId(new UUID(0, 0))
                    .build();
            client.after(
                    0,
                    () -> client.call(
                            directory.anyBroker(), request, RemoveRaftVoterResponse.class, TIMEOUT_MS, response -> {}));
        }
    }

    /** Has some partition move to three brokers drawn anew, or stay where it is after all. */
    void reassign() {
        Partition partition = anyPartition();
        List<Integer> replicas = new ArrayList<>();
        while (replicas.size() < 3) {
            int broker = 1 + random.nextInt(brokers);
            if (!replicas.contains(broker)) {
                replicas.add(broker);
            }
        }
        List<Integer> target = random.nextInt(4) == 0 ? null : replicas;
        client.world().note(partition + (target == null ? " is to stay where it is" : " is to move to " + target));
        AlterPartitionReassignmentsRequest request = AlterPartitionReassignmentsRequest.builder()
                .timeoutMs(TIMEOUT_MS / 2)
                .topics(List.of(AlterPartitionReassignmentsRequest.Topic.builder()
                        .name(partition.topic())
                        .partitions(List.of(AlterPartitionReassignmentsRequest.Partition.builder()
                                .partitionIndex(partition.number())
                                .replicas(target)
                                .build()))
                        .build()))
                .build();
        client.after(
                0,
                () -> client.call(
                        directory.anyBroker(),
                        request,
                        AlterPartitionReassignmentsResponse.class,
                        TIMEOUT_MS,
                        response -> {}));
    }

    /** Has a replica of some partition on some broker move to a log directory there. */
    void moveDirectory(String logDirectory) {
        Partition partition = anyPartition();
        int broker = 1 + random.nextInt(brokers);
        client.world().note(partition + " on broker " + broker + " is to be in " + logDirectory);
        AlterReplicaLogDirsRequest request = AlterReplicaLogDirsRequest.builder()
                .dirs(List.of(new AlterReplicaLogDirsRequest.LogDir(
                        logDirectory,
                        List.of(new AlterReplicaLogDirsRequest.Topic(partition.topic(), List.of(partition.number()))))))
                .build();
        client.after(
                0, () -> client.call(broker, request, AlterReplicaLogDirsResponse.class, TIMEOUT_MS, response -> {}));
    }

    private Partition anyPartition() {
        return new Partition(topics.get(random.nextInt(topics.size())), random.nextInt(partitions));
    }

    /** Has some partition led by its preferred replica. */
    void transferLeader() {
        Partition partition = anyPartition();
        ElectLeadersRequest request = ElectLeadersRequest.builder()
                .electionType((byte) 0)
                .topicPartitions(List.of(ElectLeadersRequest.Topic.builder()
                        .topic(partition.topic())
                        .partitions(List.of(partition.number()))
                        .build()))
                .timeoutMs(TIMEOUT_MS / 2)
                .build();
        client.after(
                0,
                () -> client.call(
                        1 + random.nextInt(brokers), request, ElectLeadersResponse.class, TIMEOUT_MS, response -> {}));
    }
}
