package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ElectLeadersRequest;
import io.flotilla.wire.message.ElectLeadersResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ElectLeadersHandlerTest {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final AdminFixture cluster = new AdminFixture();
    private final List<String> transfers = new ArrayList<>();
    private final ElectLeadersHandler handler = new ElectLeadersHandler(cluster.view, (partition, from, to) -> {
        transfers.add(partition.partition() + ": " + from + " to " + to);
        return CompletableFuture.completedFuture(ErrorCode.NONE);
    });

    @Test
    void asksTheLeaderToHandOverToThePreferredOne() {
        TopicInfo topic = cluster.create("t", 1, 3);
        int preferred = topic.replicas().get(0).get(0);
        int other = topic.replicas().get(0).get(1);
        cluster.leaders.set(new PartitionId(topic.id(), 0), other, 6);
        assertThat(elect(PREFERRED, 0)).containsExactly(Map.entry(0, ErrorCode.NONE));
        assertThat(transfers).containsExactly("0: " + other + " to " + preferred);
    }

    @Test
    void leavesAloneWhatIsRightOrCannotBe() {
        TopicInfo topic = cluster.create("t", 3, 3);
        List<Integer> second = topic.replicas().get(1);
        cluster.leaders.set(new PartitionId(topic.id(), 1), second.get(1), 6);
        cluster.liveness.disconnected(second.get(0));
        assertThat(elect(PREFERRED, 0, 1, 7))
                .containsExactly(
                        Map.entry(0, ErrorCode.ELECTION_NOT_NEEDED),
                        Map.entry(1, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE),
                        Map.entry(7, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(transfers).isEmpty();
    }

    @Test
    void allPartitionsAreTriedAndOnlyNewsIsTold() {
        TopicInfo topic = cluster.create("t", 2, 3);
        cluster.leaders.set(
                new PartitionId(topic.id(), 1), topic.replicas().get(1).get(1), 6);
        ElectLeadersResponse response = cluster.ask(
                handler, 2, ElectLeadersRequest.builder().topicPartitions(null).build());
        assertThat(response.replicaElectionResults()).hasSize(1);
        assertThat(response.replicaElectionResults().get(0).partitionResult())
                .extracting(ElectLeadersResponse.Partition::partitionId)
                .containsExactly(1);
    }

    @Test
    void neverElectsUncleanly() {
        TopicInfo topic = cluster.create("t", 2, 1);
        cluster.liveness.disconnected(topic.replicas().get(1).get(0));
        int dead = topic.replicas().get(1).get(0);
        assertThat(dead).isNotZero();
        assertThat(elect(UNCLEAN, 0, 1))
                .containsExactly(
                        Map.entry(0, ErrorCode.ELECTION_NOT_NEEDED),
                        Map.entry(1, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE));
    }

    @Test
    void anUnknownTypeIsRefusedAndEveryVersionAnswered() {
        cluster.create("t", 1, 1);
        ElectLeadersResponse response = cluster.ask(handler, 2, request((byte) 7, 0));
        assertThat(ErrorCode.of(response.errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
        for (int version = 0; version <= 2; version++) {
            cluster.ask(handler, version, request(PREFERRED, 0));
            AdminFixture.assertWritable(
                    handler.error(cluster.context(version), request(PREFERRED, 0), ErrorCode.UNKNOWN_SERVER_ERROR, "x"),
                    (short) version);
        }
    }

    private Map<Integer, ErrorCode> elect(byte type, Integer... partitions) {
        ElectLeadersResponse response = cluster.ask(handler, 2, request(type, partitions));
        Map<Integer, ErrorCode> results = new TreeMap<>();
        response.replicaElectionResults().forEach(topic -> topic.partitionResult()
                .forEach(each -> results.put(each.partitionId(), ErrorCode.of(each.errorCode()))));
        return results;
    }

    private static ElectLeadersRequest request(byte type, Integer... partitions) {
        return ElectLeadersRequest.builder()
                .electionType(type)
                .topicPartitions(List.of(new ElectLeadersRequest.Topic("t", List.of(partitions))))
                .build();
    }
}
