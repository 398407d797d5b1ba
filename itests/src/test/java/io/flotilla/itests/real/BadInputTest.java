package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a broken or hostile client sends: answered with Kafka's error where Kafka answers, the connection closed where Kafka
 * closes it, and everybody else served as before.
 */
@ExtendWith(SharedCluster.class)
final class BadInputTest {
    private static final String TOPIC = "bad-input";
    private static final short PRODUCE_BY_NAME = 12;

    private static int port;
    private RawConnection connection;

    /** All go to the broker that leads the topic's only partition. */
    @BeforeAll
    static void createTopic(ProcessCluster cluster, Clients clients) throws Exception {
        clients.createTopic(TOPIC, 1, Map.of("max.message.bytes", "2000"));
        clients.produce(new TopicPartition(TOPIC, 0), "before");
        try (var consumer = clients.consumer(Map.of())) {
            port = cluster.port(consumer.partitionsFor(TOPIC).get(0).leader().id());
        }
    }

    @BeforeEach
    void connect() throws IOException {
        connection = new RawConnection(port);
    }

    @AfterEach
    void stillServes() throws IOException {
        connection.close();
        try (RawConnection other = new RawConnection(port)) {
            assertThat(versions(other).data().errorCode()).isZero();
            assertThat(produce(other, TOPIC, records("a good record"))).isEqualTo(Errors.NONE);
        }
    }

    @AfterAll
    static void nothingLeaked(ProcessCluster cluster) throws IOException {
        cluster.assertNoLeaksAndNoErrors();
    }

    @Test
    void aFrameOverTheLimitEndsTheConnection() throws IOException {
        connection.sendBytes(ByteBuffer.allocate(4).putInt(104_857_601).array());
        assertClosed();
    }

    @Test
    void aNegativeLengthEndsTheConnection() throws IOException {
        connection.sendBytes(ByteBuffer.allocate(4).putInt(-1).array());
        assertClosed();
    }

    @Test
    void aFrameWithNothingInItEndsTheConnection() throws IOException {
        connection.sendFrame(new byte[0]);
        assertClosed();
    }

    @Test
    void aLengthThatPromisesTooMuchIsWaitedForUntilTheOtherSideGoes() throws IOException {
        byte[] request = connection.bytes(new ApiVersionsRequest.Builder().build((short) 3));
        connection.sendBytes(ByteBuffer.allocate(4 + request.length)
                .putInt(request.length + 1000)
                .put(request)
                .array());
        connection.endOutput();
        assertClosed();
    }

    @Test
    void aLengthThatPromisesTooLittleEndsTheConnection() throws IOException {
        byte[] request = connection.bytes(new MetadataRequest.Builder(List.of(TOPIC), false).build((short) 12));
        connection.sendBytes(ByteBuffer.allocate(4 + request.length)
                .putInt(request.length - 5)
                .put(request)
                .array());
        connection.endOutput();
        assertClosed();
    }

    @Test
    void anUnknownApiKeyEndsTheConnection() throws IOException {
        for (int key : new int[] {-1, 999, Short.MAX_VALUE, ApiKeys.SASL_HANDSHAKE.id, 1000}) {
            try (RawConnection one = new RawConnection(port)) {
                one.sendFrame(header((short) key, (short) 0, (short) 1));
                assertThat(one.receiveFrame()).as("answer to API %d", key).isEmpty();
            }
        }
    }

    @Test
    void anUnknownVersionEndsTheConnection() throws IOException {
        for (ApiKeys api : List.of(ApiKeys.PRODUCE, ApiKeys.FETCH, ApiKeys.METADATA, ApiKeys.OFFSET_COMMIT)) {
            for (int version : new int[] {-1, api.latestVersion() + 1, 99}) {
                try (RawConnection one = new RawConnection(port)) {
                    one.sendFrame(header(api.id, (short) version, (short) 2));
                    assertThat(one.receiveFrame())
                            .as("answer to %s v%d", api, version)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void anUnknownVersionOfApiVersionsIsAnsweredWithWhatIsKnown() throws IOException {
        connection.sendFrame(header(ApiKeys.API_VERSIONS.id, (short) 99, (short) 2));
        ByteBuffer answer = connection.receiveFrame().orElseThrow();
        assertThat(answer.getInt()).as("correlation id").isEqualTo(77);
        assertThat(answer.getShort()).as("error").isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        assertThat(answer.getInt()).as("APIs told").isEqualTo(1);
        assertThat(answer.getShort()).isEqualTo(ApiKeys.API_VERSIONS.id);
        assertThat(answer.getShort()).isZero();
        assertThat(answer.getShort()).isEqualTo(ApiKeys.API_VERSIONS.latestVersion());
        assertThat(answer.hasRemaining()).isFalse();
        assertThat(versions(connection).data().errorCode())
                .as("the same connection goes on")
                .isZero();
    }

    @Test
    void aRequestCutShortEndsTheConnectionWhereverItIsCut() throws IOException {
        for (var advertised : versions(connection).data().apiKeys()) {
            short version = advertised.maxVersion();
            ApiMessage message = ApiMessageType.fromApiKey(advertised.apiKey()).newRequest();
            byte[] body = bytes(message, version);
            byte[] header = header(
                    advertised.apiKey(),
                    version,
                    ApiKeys.forId(advertised.apiKey()).requestHeaderVersion(version));
            for (int length = 0; length < body.length; length++) {
                byte[] frame = concat(header, Arrays.copyOf(body, length));
                try (RawConnection one = new RawConnection(port)) {
                    one.sendFrame(frame);
                    assertThat(one.receiveFrame())
                            .as("answer to %d of %d bytes of %s", length, body.length, advertised)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void anArrayThatSaysItIsHugeEndsTheConnection() throws IOException {
        byte[] hugeArray = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
        connection.sendFrame(concat(header(ApiKeys.METADATA.id, (short) 4, (short) 1), hugeArray));
        assertClosed();
    }

    @Test
    void noiseEndsTheConnectionOrIsAnswered() throws IOException {
        Random random = new Random(20240229);
        List<Short> apis = new ArrayList<>();
        versions(connection).data().apiKeys().forEach(api -> apis.add(api.apiKey()));
        for (int i = 0; i < 300; i++) {
            short api = apis.get(random.nextInt(apis.size()));
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            short version = ApiKeys.forId(api).latestVersion();
            try (RawConnection one = new RawConnection(port)) {
                one.sendFrame(concat(header(api, version, ApiKeys.forId(api).requestHeaderVersion(version)), noise));
                one.endOutput();
                one.receiveFrame();
            }
        }
    }

    @Test
    void aCorruptBatchIsRefused() throws IOException {
        ByteBuffer batch = records("corrupt").buffer().duplicate();
        int last = batch.limit() - 2;
        batch.put(last, (byte) (batch.get(last) ^ 1));
        assertThat(produce(connection, TOPIC, MemoryRecords.readableRecords(batch)))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
    }

    @Test
    void aBatchThatLiesAboutItsLengthIsRefused() throws IOException {
        for (int wrong : new int[] {-1, 0, 10, 1_000_000}) {
            ByteBuffer batch = records("short").buffer().duplicate();
            batch.putInt(8, wrong);
            assertThat(produce(connection, TOPIC, MemoryRecords.readableRecords(batch)))
                    .as("length %d", wrong)
                    .isIn(Errors.CORRUPT_MESSAGE, Errors.INVALID_RECORD);
        }
    }

    @Test
    void aBatchOverTheTopicsLimitIsRefused() throws IOException {
        assertThat(produce(connection, TOPIC, records("x".repeat(2000)))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    }

    @Test
    void recordsOfOldFormatsAreRefused() throws IOException {
        for (byte magic : new byte[] {RecordBatch.MAGIC_VALUE_V0, RecordBatch.MAGIC_VALUE_V1}) {
            MemoryRecords old = MemoryRecords.withRecords(
                    magic, Compression.NONE, new SimpleRecord("old".getBytes(StandardCharsets.UTF_8)));
            assertThat(produce(connection, TOPIC, old)).as("magic %d", magic).isEqualTo(Errors.INVALID_RECORD);
        }
    }

    @Test
    void aProducerMaySendNoControlBatch() throws IOException {
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                5, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        assertThat(produce(connection, TOPIC, marker)).isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void anUnknownTopicIsToldToBeUnknown() throws IOException {
        assertThat(produce(connection, "no-such-topic", records("value"))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        ProduceRequest byId = new ProduceRequest(
                produceData(new TopicProduceData().setTopicId(Uuid.randomUuid()), records("value")), (short) 13);
        assertThat(error(connection.call(byId, ProduceResponse.class))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void anInvalidTopicNameIsRefused() throws IOException {
        for (String name : List.of("", ".", "no spaces", "slash/slash", "x".repeat(250))) {
            MetadataRequestData data = new MetadataRequestData().setAllowAutoTopicCreation(true);
            data.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(name));
            MetadataResponse response = connection.call(new MetadataRequest(data, (short) 12), MetadataResponse.class);
            assertThat(response.errors()).as("'%s'", name).containsValue(Errors.INVALID_TOPIC_EXCEPTION);
        }
    }

    @Test
    void moreReplicasThanBrokersAreRefused() throws IOException {
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(10_000);
        data.setTopics(new CreatableTopicCollection(List.of(new CreatableTopic()
                        .setName("four-replicas")
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 4))
                .iterator()));
        CreateTopicsResponse response =
                connection.call(new CreateTopicsRequest.Builder(data).build((short) 7), CreateTopicsResponse.class);
        assertThat(response.errorCounts()).containsOnlyKeys(Errors.INVALID_REPLICATION_FACTOR);
    }

    private void assertClosed() throws IOException {
        assertThat(connection.receiveFrame()).isEmpty();
    }

    private static ApiVersionsResponse versions(RawConnection connection) throws IOException {
        return connection.call(new ApiVersionsRequest.Builder().build((short) 3), ApiVersionsResponse.class);
    }

    private static Errors produce(RawConnection connection, String topic, MemoryRecords records) throws IOException {
        ProduceRequestData data = produceData(new TopicProduceData().setName(topic), records);
        return error(connection.call(new ProduceRequest(data, PRODUCE_BY_NAME), ProduceResponse.class));
    }

    private static ProduceRequestData produceData(TopicProduceData topic, MemoryRecords records) {
        topic.setPartitionData(List.of(new PartitionProduceData().setIndex(0).setRecords(records)));
        return new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(20_000)
                .setTopicData(new TopicProduceDataCollection(List.of(topic).iterator()));
    }

    private static Errors error(ProduceResponse response) {
        return Errors.forCode(response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode());
    }

    private static MemoryRecords records(String value) {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] header(short api, short version, short headerVersion) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api)
                .setRequestApiVersion(version)
                .setCorrelationId(77)
                .setClientId("raw");
        return bytes(header, headerVersion);
    }

    private static byte[] bytes(ApiMessage message, short version) {
        return MessageUtil.byteBufferToArray(
                MessageUtil.toByteBufferAccessor(message, version).buffer());
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
