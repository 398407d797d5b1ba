package io.flotilla.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.cli.client.FakeKafka;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListOffsetsResponse;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.RecordHeader;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a user meets it: arguments in; exit code, output and messages out. */
@ExtendWith(NoLeaks.class)
class FlotillaTest {
    private static final int MAX_BYTES = 1 << 20;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                       | Name a command.
            topik list                               | Did you mean: flotilla topic?
            topic                                    | Say what to do: create, list, describe or delete.
            topic create                             | Missing required parameter: 'TOPIC'
            topic create t --partitions 0            | --partitions must be 1 to 2147483647, but was 0
            topic create t --partitions many         | 'many' is not an int
            topic create t --replication-factor 99999| --replication-factor must be 1 to 32767
            topic list --bootstrap nowhere           | 'nowhere' has no port; write host:port
            topic list --frobnicate                  | Unknown option: '--frobnicate'
            produce t --acks 2                       | '2' is none of all, 1 and 0
            produce t --compression rar              | --compression
            consume t --offset 3                     | --offset needs --partition
            consume t --offset 3 --partition 0 --from-beginning | exclude each other
            consume t --group g --partition 0        | the group assigns
            consume t --max-messages 0               | --max-messages must be 1 or more
            consume t --format %q                    | unknown '%q' in the format
            consume t --format a%                    | '%' at the end of the format
            cluster                                  | Say what to do: start, stop, status or pids.
            cluster start --brokers 8                | --brokers must be 1 to 7, but was 8
            cluster start --base-port 65000          | --base-port must be 1 to
            partition                                | Say what to do: explain, recover or verify.
            partition recover                        | Name the partitions, or say --all.
            partition recover --all orders-0         | Name the partitions, or say --all.
            partition recover --all --yes            | --yes needs --unsafe
            partition explain                        | Missing required parameter: 'TOPIC-N'
            partition explain orders                 | 'orders' is not a partition; write TOPIC-N, such as orders-0
            partition explain orders-x               | 'orders-x' is not a partition
            partition explain -1                     | TOPIC-N
            group                                    | Say what to do: list or describe.
            log                                      | Say what to do: dump or verify.
            log dump /no/such/file                   | /no/such/file does not exist
            log verify                               | Missing required parameter: 'DIR'
            """)
    void wrongUsageEndsWithTwoAndSaysWhy(String arguments, String message) {
        assertThat(flotilla(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(err()).contains(message).doesNotContain("Exception");
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "cluster --help",
                "cluster start --help",
                "cluster stop --help",
                "cluster status --help",
                "cluster pids --help",
                "topic --help",
                "topic create --help",
                "topic list --help",
                "topic describe --help",
                "topic delete --help",
                "produce --help",
                "consume --help",
                "group --help",
                "group list --help",
                "group describe --help",
                "partition --help",
                "partition explain --help",
                "partition recover --help",
                "version --help",
                "help topic"
            })
    void everyCommandExplainsItself(String arguments) {
        assertThat(flotilla(arguments.split(" "))).isZero();
        assertThat(out()).startsWith("Usage: flotilla").hasLineCount(out().split("\n").length);
        assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void versionNamesTheJavaToo() {
        assertThat(flotilla("version")).isZero();
        assertThat(out()).startsWith("Flotilla ").contains("Java " + System.getProperty("java.version"));
    }

    @Test
    void aClusterThatIsNotThereIsAFailureNotAFault() {
        assertThat(flotilla("topic", "list", "--bootstrap", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err()).contains("flotilla: cannot connect to 127.0.0.1:1").contains("flotilla cluster start");
    }

    @Test
    void anEmptyDirectoryHasNoCluster() {
        assertThat(flotilla("cluster", "status", "--dir", dir.toString())).isEqualTo(1);
        assertThat(out()).contains("No cluster in " + dir);
        assertThat(flotilla("cluster", "pids", "--dir", dir.toString())).isEqualTo(1);
        assertThat(flotilla("cluster", "stop", "--dir", dir.toString())).isZero();
    }

    @Test
    void topicCreateSendsWhatWasAsked() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("orders", 4)) {
            kafka.on(
                    ApiKey.CREATE_TOPICS, CreateTopicsRequest.class, request -> created(request, ErrorCode.NONE, null));

            assertThat(flotilla(
                            "topic",
                            "create",
                            "orders",
                            "-p",
                            "4",
                            "--config",
                            "retention.ms=1000",
                            "--config",
                            "cleanup.policy=compact",
                            "-b",
                            kafka.bootstrap()))
                    .isZero();

            CreateTopicsRequest.Topic asked =
                    kafka.requests(CreateTopicsRequest.class).get(0).topics().get(0);
            assertThat(asked.numPartitions()).isEqualTo(4);
            assertThat(asked.replicationFactor()).isEqualTo((short) -1);
            assertThat(asked.configs())
                    .extracting(config -> config.name() + "=" + config.value())
                    .containsExactly("retention.ms=1000", "cleanup.policy=compact");
            assertThat(out()).isEqualTo("Created topic orders: 4 partitions, replication factor 3\n");
        }
    }

    @Test
    void theBrokersOwnWordsReachTheUser() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("orders", 4)) {
            kafka.on(
                    ApiKey.CREATE_TOPICS,
                    CreateTopicsRequest.class,
                    request -> created(request, ErrorCode.TOPIC_ALREADY_EXISTS, "orders is there already"));

            assertThat(flotilla("topic", "create", "orders", "-b", kafka.bootstrap()))
                    .isEqualTo(1);
            assertThat(err())
                    .isEqualTo("flotilla: creating topic orders: orders is there already (TOPIC_ALREADY_EXISTS)\n");
        }
    }

    private static CreateTopicsResponse created(CreateTopicsRequest request, ErrorCode error, String message) {
        return CreateTopicsResponse.builder()
                .topics(List.of(CreateTopicsResponse.Topic.builder()
                        .name(request.topics().get(0).name())
                        .errorCode(error.code())
                        .errorMessage(message)
                        .numPartitions(4)
                        .replicationFactor((short) 3)
                        .build()))
                .build();
    }

    @Test
    void produceSendsKeysAndValuesOfLines() throws IOException {
        List<String> received = new ArrayList<>();
        try (FakeKafka kafka = new FakeKafka().topic("t", 1)) {
            kafka.on(ApiKey.PRODUCE, ProduceRequest.class, request -> {
                RecordBatch batch = new RecordBatch();
                batch.wrap(request.topicData().get(0).partitionData().get(0).records(), 0);
                Records.forEach(
                        batch, MAX_BYTES, record -> received.add(record.keyText() + " -> " + record.valueText()));
                return acknowledged();
            });

            assertThat(flotillaReading(
                            "a:1\nzürich:2:3\n:\n", "produce", "t", "-k", ":", "--acks", "1", "-b", kafka.bootstrap()))
                    .isZero();
            assertThat(received).containsExactly("a -> 1", "zürich -> 2:3", " -> ");
            assertThat(err()).isEqualTo("Wrote 3 records to t\n");
        }
    }

    @Test
    void aLineWithoutItsKeyStopsTheProducerAndCountsWhatWasWritten() throws IOException {
        try (FakeKafka kafka = new FakeKafka().topic("t", 1)) {
            kafka.on(ApiKey.PRODUCE, ProduceRequest.class, request -> acknowledged());

            assertThat(flotillaReading(
                            "a:1\nb\nc:1", "produce", "t", "-k", ":", "--acks", "1", "-b", kafka.bootstrap()))
                    .isEqualTo(1);
            assertThat(err()).contains("line 2 has no key separator ':'; the 1 records before it were written");
        }
    }

    private static ProduceResponse acknowledged() {
        return ProduceResponse.builder()
                .responses(List.of(ProduceResponse.Topic.builder()
                        .partitionResponses(
                                List.of(ProduceResponse.Partition.builder().build()))
                        .build()))
                .build();
    }

    @Test
    void consumePrintsAsTheFormatSays() throws IOException {
        try (FakeKafka kafka = withRecords()) {
            assertThat(flotilla(
                            "consume",
                            "t",
                            "--from-beginning",
                            "-n",
                            "2",
                            "-f",
                            "%t-%p@%o %k=%s [%h] %T 100%%\\n",
                            "-b",
                            kafka.bootstrap()))
                    .isZero();
            assertThat(out()).isEqualTo("t-0@10 k=v [] 5 100%\nt-0@11 =zürich [a=1,b=] 6 100%\n");
        }
    }

    @Test
    void consumeSkipsWhatLiesBeforeTheOffsetInItsBatch() throws IOException {
        try (FakeKafka kafka = withRecords()) {
            assertThat(flotilla(
                            "consume", "t", "--partition", "0", "--offset", "11", "-n", "1", "-b", kafka.bootstrap()))
                    .isZero();
            assertThat(out()).isEqualTo("zürich\n");
        }
    }

    @Test
    void fewerRecordsThanAskedForIsAFailure() throws IOException {
        try (FakeKafka kafka = withRecords()) {
            assertThat(flotilla(
                            "consume",
                            "t",
                            "--from-beginning",
                            "-n",
                            "5",
                            "--timeout-ms",
                            "50",
                            "-b",
                            kafka.bootstrap()))
                    .isEqualTo(1);
            assertThat(out()).isEqualTo("v\nzürich\n");
            assertThat(err()).contains("only 2 of 5 records came");
        }
    }

    @Test
    void aTimeoutAloneEndsWell() throws IOException {
        try (FakeKafka kafka = withRecords()) {
            assertThat(flotilla("consume", "t", "--from-beginning", "--timeout-ms", "50", "-b", kafka.bootstrap()))
                    .isZero();
        }
    }

    @Test
    void aPartitionThatIsNotThereIsRefused() throws IOException {
        try (FakeKafka kafka = withRecords()) {
            assertThat(flotilla("consume", "t", "--partition", "3", "-b", kafka.bootstrap()))
                    .isEqualTo(1);
            assertThat(err()).contains("t has no partition 3; it has 1, counted from 0");
        }
    }

    /** One partition whose first batch holds the offsets 10 and 11. */
    private static FakeKafka withRecords() throws IOException {
        FakeKafka kafka = new FakeKafka().topic("t", 1);
        kafka.on(ApiKey.LIST_OFFSETS, ListOffsetsRequest.class, request -> ListOffsetsResponse.builder()
                .topics(List.of(ListOffsetsResponse.Topic.builder()
                        .name("t")
                        .partitions(List.of(ListOffsetsResponse.Partition.builder()
                                .offset(10)
                                .build()))
                        .build()))
                .build());
        kafka.on(ApiKey.FETCH, FetchRequest.class, request -> {
            long from = request.topics().get(0).partitions().get(0).fetchOffset();
            return FetchResponse.builder()
                    .responses(List.of(FetchResponse.Topic.builder()
                            .topic("t")
                            .topicId(FakeKafka.TOPIC_ID)
                            .partitions(List.of(FetchResponse.Partition.builder()
                                    .highWatermark(12)
                                    .records(from < 12 ? batch() : Unpooled.EMPTY_BUFFER)
                                    .build()))
                            .build()))
                    .build();
        });
        return kafka;
    }

    private static ByteBuf batch() {
        try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
            ByteBuf value = Unpooled.copiedBuffer("zürich", StandardCharsets.UTF_8);
            List<RecordHeader> headers = List.of(RecordHeader.of("a", "1"), new RecordHeader("b", null));
            ByteBuf batch = builder.baseOffset(10)
                    .append(5, "k", "v")
                    .append(new Record(11, 6, null, value, headers))
                    .build();
            // The fake copies it into its answer and releases nothing: leave that to the garbage collector.
            ByteBuf onHeap = Unpooled.copiedBuffer(batch);
            batch.release();
            return onHeap;
        }
    }

    @Test
    void aConfigurationIsRefusedWithTwo() throws IOException {
        Path file = Files.writeString(dir.resolve("server.properties"), "node.id=1\nnum.partition=3\n");

        assertThat(flotilla("start", file.toString())).isEqualTo(2);
        assertThat(err())
                .isEqualTo("flotilla: " + file + ":2: unknown property num.partition; did you mean num.partitions?\n");
        assertThat(flotilla("start", dir.resolve("nothing").toString())).isEqualTo(2);
    }

    private int flotilla(String... arguments) {
        return flotillaReading("", arguments);
    }

    private int flotillaReading(String input, String... arguments) {
        return Flotilla.run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err, arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
