package io.flotilla.sim;

import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.MetadataResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** What one client knows about topics: their ids and who leads their partitions, as some broker last told. */
final class Directory {
    private static final long TIMEOUT_MS = 3_000;

    private final SimClient client;
    private final int brokers;
    private final RandomGenerator random;
    private final Map<Partition, Integer> leaders = new TreeMap<>();
    private final Map<Partition, List<Integer>> replicas = new TreeMap<>();
    private final Map<String, UUID> ids = new TreeMap<>();
    private boolean asking;

    Directory(SimClient client, int brokers) {
        this.client = client;
        this.brokers = brokers;
        this.random = client.process().newGenerator();
    }

    /** The leader's broker id, or -1 while none is known. */
    int leader(Partition partition) {
        return leaders.getOrDefault(partition, -1);
    }

    /** Some replica's broker id, or -1 while none is known. */
    int anyReplica(Partition partition) {
        List<Integer> all = replicas.getOrDefault(partition, List.of());
        return all.isEmpty() ? -1 : all.get(random.nextInt(all.size()));
    }

    /** The topic's id, or null while it is not known. */
    UUID topicId(String topic) {
        return ids.get(topic);
    }

    /** The leader turned out to be another one. */
    void forget(Partition partition) {
        leaders.remove(partition);
    }

    /** Any broker, whether it lives or not. */
    int anyBroker() {
        return 1 + random.nextInt(brokers);
    }

    /** Asks some broker about topics, unless that is under way. */
    void refresh(List<String> topics) {
        if (asking) {
            return;
        }
        asking = true;
        MetadataRequest request = MetadataRequest.builder()
                .topics(topics.stream()
                        .map(name -> MetadataRequest.Topic.builder().name(name).build())
                        .toList())
                .allowAutoTopicCreation(false)
                .build();
        client.call(anyBroker(), request, MetadataResponse.class, TIMEOUT_MS, response -> {
            asking = false;
            if (response != null) {
                response.topics().forEach(this::learn);
            }
        });
    }

    private void learn(MetadataResponse.Topic topic) {
        if (topic.errorCode() != ErrorCode.NONE.code()) {
            return;
        }
        ids.put(topic.name(), topic.topicId());
        for (MetadataResponse.Partition partition : topic.partitions()) {
            Partition name = new Partition(topic.name(), partition.partitionIndex());
            leaders.put(name, partition.leaderId());
            replicas.put(name, partition.replicaNodes());
        }
    }
}
