package io.flotilla.broker.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.NoLeaks;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.InitProducerIdResponse;
import io.flotilla.wire.message.ListGroupsResponse;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class ClientTest {
    private static final long TIMEOUT_MS = 5_000;

    @Test
    void speaksTheHighestVersionThatBothSidesKnow() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1);
                KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS)) {
            client.topic("t", false);

            assertThat(kafka.versions())
                    .containsExactly(ApiKey.API_VERSIONS.highestVersion(), ApiKey.METADATA.highestVersion());
        }
    }

    @Test
    void asksAgainInVersionZeroWhenABrokerIsTooOldForTheQuestion() throws IOException {
        try (FakeKafka kafka = new FakeKafka().newestApiVersions(2).topic("t", 1);
                KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS)) {
            assertThat(client.topic("t", false).topicId()).isEqualTo(FakeKafka.TOPIC_ID);
            assertThat(kafka.versions()).startsWith(ApiKey.API_VERSIONS.highestVersion(), (short) 0);
        }
    }

    @Test
    void saysWhatToDoWhenNobodyListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThatThrownBy(() -> KafkaClient.connect("127.0.0.1:" + free, TIMEOUT_MS))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("cannot connect to 127.0.0.1:" + free)
                .hasMessageContaining("flotilla cluster start");
    }

    @Test
    void takesTheFirstBootstrapAddressThatAnswers() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1);
                KafkaClient client = KafkaClient.connect("127.0.0.1:1," + kafka.bootstrap(), TIMEOUT_MS)) {
            assertThat(client.topic("t", false).name()).isEqualTo("t");
        }
    }

    @Test
    void connectsAnewWhenTheConnectionBreaks() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1)) {
            Deque<Boolean> breaks = new ArrayDeque<>(List.of(true, true, false));
            kafka.on(
                    ApiKey.LIST_GROUPS,
                    ApiMessage.class,
                    request ->
                            breaks.pop() ? null : ListGroupsResponse.builder().build());
            try (KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS)) {
                assertThat(new Groups(client).list()).isEmpty();
            }
            assertThat(breaks).isEmpty();
        }
    }

    @Test
    void refusesAnApiThatTheBrokerDoesNotOffer() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1);
                KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS)) {
            assertThatThrownBy(() -> new Topics(client).delete("t"))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("does not offer DeleteTopics");
        }
    }

    @Test
    void triesAProduceAgainWithTheSameSequenceNumbers() throws IOException {
        Deque<ErrorCode> outcomes = new ArrayDeque<>(
                List.of(ErrorCode.NONE, ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NONE));
        List<Integer> sequences = new ArrayList<>();
        try (FakeKafka kafka = new FakeKafka().topic("t", 1)) {
            kafka.on(ApiKey.INIT_PRODUCER_ID, InitProducerIdRequest.class, request -> InitProducerIdResponse.builder()
                    .producerId(42)
                    .producerEpoch((short) 3)
                    .build());
            kafka.on(ApiKey.PRODUCE, ProduceRequest.class, request -> {
                RecordBatch batch = new RecordBatch();
                batch.wrap(request.topicData().get(0).partitionData().get(0).records(), 0);
                assertThat(batch.producerId()).isEqualTo(42);
                assertThat(batch.isCrcValid()).isTrue();
                sequences.add(batch.baseSequence());
                return acknowledge(outcomes.pop());
            });
            try (KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS);
                    Producer producer = new Producer(client, "t", (short) -1, Compression.NONE)) {
                producer.add(null, new byte[] {1});
                producer.add(null, new byte[] {2});
                producer.flush();
                producer.add(null, new byte[] {3});
                producer.flush();

                assertThat(producer.acknowledged()).isEqualTo(3);
                assertThat(sequences).containsExactly(0, 2, 2, 2);
                // The leader is looked for anew after each failure.
                assertThat(kafka.requests(MetadataRequest.class)).hasSize(3);
            }
        }
    }

    @Test
    void givesUpOnAnErrorThatWillNotPass() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1)) {
            kafka.on(ApiKey.PRODUCE, ProduceRequest.class, request -> acknowledge(ErrorCode.MESSAGE_TOO_LARGE));
            try (KafkaClient client = KafkaClient.connect(kafka.bootstrap(), TIMEOUT_MS);
                    Producer producer = new Producer(client, "t", (short) 1, Compression.NONE)) {
                producer.add(null, new byte[] {1});
                assertThatThrownBy(producer::flush)
                        .isInstanceOf(ClientException.class)
                        .hasMessageContaining("writing to t-0")
                        .hasMessageContaining("MESSAGE_TOO_LARGE");
                assertThat(kafka.requests(ProduceRequest.class)).hasSize(1);
            }
        }
    }

    private static ProduceResponse acknowledge(ErrorCode error) {
        return ProduceResponse.builder()
                .responses(List.of(ProduceResponse.Topic.builder()
                        .topicId(FakeKafka.TOPIC_ID)
                        .partitionResponses(List.of(ProduceResponse.Partition.builder()
                                .errorCode(error.code())
                                .build()))
                        .build()))
                .build();
    }
}
