package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsRequest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LeadersTest {
    private final PartitionId partition = new PartitionId(new UUID(3, 3), 0);
    private final Leaders leaders = new Leaders();

    @Test
    void theHighestTermCountsInWhateverOrderTheyCome() {
        assertThat(leaders.leader(partition)).isNull();
        assertThat(leaders.set(partition, 1, 5)).isTrue();
        assertThat(leaders.set(partition, 2, 4)).isFalse();
        assertThat(leaders.leader(partition)).isEqualTo(new Leader(1, 5));
        assertThat(leaders.set(partition, 1, 5)).isFalse();
        assertThat(leaders.set(partition, 3, 6)).isTrue();
        assertThat(leaders.leader(partition)).isEqualTo(new Leader(3, 6));
    }

    @Test
    void deletedTopicsAreForgottenAndUnknownOnesKept() {
        Controllers controller = Controllers.withBrokers(1);
        controller.run(machine -> machine.createTopics(CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.Topic.builder()
                        .name("t")
                        .numPartitions(1)
                        .replicationFactor((short) 1)
                        .build()))
                .build()));
        MetadataImage before = controller.image();
        PartitionId deleted = new PartitionId(before.topic("t").id(), 0);
        controller.run(machine -> machine.deleteTopics(
                DeleteTopicsRequest.builder().topicNames(List.of("t")).build()));
        leaders.set(deleted, 1, 1);
        leaders.set(partition, 1, 1);
        leaders.set(PartitionId.METADATA, 1, 1);
        leaders.forgetDeleted(before, controller.image());
        assertThat(leaders.leader(deleted)).isNull();
        assertThat(leaders.leader(partition)).isNotNull();
        assertThat(leaders.leader(PartitionId.METADATA)).isNotNull();
    }
}
