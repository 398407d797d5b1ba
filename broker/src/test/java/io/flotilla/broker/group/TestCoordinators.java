package io.flotilla.broker.group;

import io.flotilla.broker.cluster.Leaders;
import io.flotilla.broker.cluster.Liveness;
import io.flotilla.broker.cluster.TestMetadata;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.SystemRandom;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.machine.TestPartition;
import io.flotilla.broker.partition.PartitionId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The coordinators of broker 1, with {@code __consumer_offsets} in memory when a test asks for it. */
public final class TestCoordinators {
    public final TestLoop loop = new TestLoop();
    public final TestMetadata metadata = new TestMetadata();
    public final Leaders leaders = new Leaders();
    public final Set<Integer> dead = new LinkedHashSet<>();
    public final List<TestPartition> partitions = new ArrayList<>();
    public int topicRequests;
    public final GroupCoordinators groups;

    public TestCoordinators() {
        Liveness liveness = new Liveness() {
            @Override
            public boolean isAlive(int brokerId) {
                return !dead.contains(brokerId);
            }

            @Override
            public boolean isAlive(int brokerId, long incarnation) {
                return isAlive(brokerId);
            }
        };
        GroupSettings settings = new GroupSettings(
                6_000, 300_000, 100, 0, GroupBed.RETENTION_MS, GroupBed.CHECK_MS, 100, GroupBed.MAX_BATCH_BYTES);
        groups = new GroupCoordinators(
                settings, loop, new SystemRandom(), metadata, leaders, liveness, () -> topicRequests++);
        groups.start();
        metadata.addBroker(1);
        metadata.addBroker(2);
    }

    /** Makes the topic; this broker has a replica of every partition and leads none yet. */
    public TopicInfo createTopic(int count) {
        TopicInfo topic = metadata.addTopic(GroupCoordinators.TOPIC, count);
        for (int i = 0; i < count; i++) {
            partitions.add(new TestPartition(loop, groups.replicaOpened(new PartitionId(topic.id(), i))));
        }
        return topic;
    }

    /** Makes the topic, and this broker lead all of it. */
    public void leadTopic(int count) {
        TopicInfo topic = createTopic(count);
        for (int i = 0; i < count; i++) {
            leaders.set(new PartitionId(topic.id(), i), 1, 1);
            partitions.get(i).lead();
        }
    }
}
