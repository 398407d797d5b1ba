package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A leader is halted (SIGSTOP) with a question waiting to be read; another one takes over and acknowledges more. When the
 * first goes on, it still believes that it leads, and finds the question before it finds out.
 */
final class DeposedLeaderTest {
    private static final short VERSION = 7;
    private static final int ROUNDS = 2;

    private final ProcessCluster cluster = ProcessCluster.start(3, TestDirectory.empty("deposed"), Map.of());

    @AfterEach
    void end() {
        cluster.close();
    }

    private static ListOffsetsRequest end(TopicPartition partition) {
        ListOffsetsPartition asked = new ListOffsetsPartition()
                .setPartitionIndex(partition.partition())
                .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP);
        return ListOffsetsRequest.Builder.forConsumer(false, IsolationLevel.READ_UNCOMMITTED)
                .setTargetTimes(List.of(
                        new ListOffsetsTopic().setName(partition.topic()).setPartitions(List.of(asked))))
                .build(VERSION);
    }

    private static ListOffsetsPartitionResponse only(ListOffsetsResponse response) {
        return response.data().topics().get(0).partitions().get(0);
    }

    /** Admin clients ask any broker they know of, the halted one too, so they must not wait long. */
    private static int leader(Clients clients, String topic) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", clients.bootstrap(), "request.timeout.ms", 1000);
        try (Admin admin = Admin.create(settings)) {
            return Clients.get(admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic)
                    .partitions()
                    .get(0)
                    .leader()
                    .id();
        }
    }

    @Test
    void itDoesNotTellAnEarlierEnd() throws Exception {
        Clients clients = new Clients(cluster.bootstrap());
        TopicPartition partition = new TopicPartition("ends", 0);
        clients.createTopic("ends", 1);
        clients.produce(partition, "first");
        for (int round = 1; round <= ROUNDS; round++) {
            int former = leader(clients, "ends");
            Clients others = new Clients("127.0.0.1:" + cluster.port(former % 3 + 1));
            try (RawConnection connection = new RawConnection(cluster.port(former))) {
                assertThat(only(connection.call(end(partition), ListOffsetsResponse.class))
                                .offset())
                        .isEqualTo(round);
                cluster.pause(former);
                Await.until("another leader", () -> leader(others, "ends") != former);
                others.produce(partition, "next");

                ListOffsetsRequest request = end(partition);
                connection.sendFrame(connection.bytes(request));
                cluster.resume(former);
                ByteBuffer answer = connection.receiveFrame().orElseThrow();
                RequestHeader header = new RequestHeader(request.apiKey(), VERSION, "raw", 2);
                ListOffsetsPartitionResponse told =
                        only((ListOffsetsResponse) AbstractResponse.parseResponse(answer, header));
                if (told.errorCode() == Errors.NONE.code()) {
                    assertThat(told.offset()).isEqualTo(round + 1);
                } else {
                    assertThat(Errors.forCode(told.errorCode()).exception())
                            .isInstanceOf(org.apache.kafka.common.errors.RetriableException.class);
                }
            }
            cluster.awaitReady();
        }
    }
}
