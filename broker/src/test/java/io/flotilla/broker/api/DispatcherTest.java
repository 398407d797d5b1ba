package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.ApiVersionsResponse;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DispatcherTest {
    private static final int VERSION = 4;
    private static final RequestLimits LIMITS = new RequestLimits(4, 10_000, 20_000);

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final TestLoop loop = new TestLoop();
    private final TestHandler<HeartbeatRequest, HeartbeatResponse> heartbeats =
            new TestHandler<>(ApiKey.HEARTBEAT, false, error -> HeartbeatResponse.builder()
                    .errorCode(error.code())
                    .build());
    private final TestHandler<FetchRequest, FetchResponse> fetches =
            new TestHandler<>(ApiKey.FETCH, false, error -> FetchResponse.builder()
                    .errorCode(error.code())
                    .build());
    private final Metrics metrics = new Metrics();
    private final Dispatcher dispatcher =
            new Dispatcher(new HandlerTable(List.of(heartbeats, fetches), metrics), LIMITS, null, loop, metrics);
    private final List<TestConnection> connections = new ArrayList<>();
    private final TestConnection client = connect();

    private TestConnection connect() {
        TestConnection connection = new TestConnection(loop, dispatcher.client());
        connections.add(connection);
        return connection;
    }

    @AfterEach
    void drop() {
        connections.forEach(TestConnection::drop);
        heartbeats.asked.forEach(asked -> asked.answer().complete(null));
        loop.run();
    }

    private static HeartbeatRequest heartbeat(String group) {
        return HeartbeatRequest.builder().groupId(group).build();
    }

    private static HeartbeatResponse answer(ErrorCode code) {
        return HeartbeatResponse.builder().errorCode(code.code()).build();
    }

    private ErrorCode heartbeatResponse(int correlationId) {
        var response = (HeartbeatResponse) client.response(ApiKey.HEARTBEAT, VERSION, correlationId);
        return ErrorCode.of(response.errorCode());
    }

    @Test
    void answersLeaveInTheOrderOfTheRequestsHoweverTheyAreReady() {
        for (int i = 0; i < 3; i++) {
            client.request(heartbeat("g" + i), VERSION, 100 + i);
        }
        assertThat(heartbeats.asked)
                .extracting(asked -> asked.request().groupId())
                .containsExactly("g0", "g1", "g2");
        heartbeats.answer(2, answer(ErrorCode.ILLEGAL_GENERATION));
        heartbeats.answer(1, answer(ErrorCode.REBALANCE_IN_PROGRESS));
        loop.run();
        assertThat(client.responses()).isZero();
        heartbeats.answer(0, answer(ErrorCode.NONE));
        loop.run();
        assertThat(heartbeatResponse(100)).isEqualTo(ErrorCode.NONE);
        assertThat(heartbeatResponse(101)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(heartbeatResponse(102)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void manyPipelinedRequestsAreAnsweredInOrderUnderLimits(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> open = new ArrayList<>();
        int answered = 0;
        for (int sent = 0; sent < 500 || answered < 500; ) {
            if (sent < 500 && random.nextBoolean()) {
                client.request(heartbeat("g"), VERSION, sent++);
            }
            for (int i = answered + open.size(); i < heartbeats.asked.size(); i++) {
                open.add(i);
            }
            assertThat(open).hasSizeLessThanOrEqualTo(LIMITS.maxRequests());
            if (!open.isEmpty() && random.nextBoolean()) {
                heartbeats.answer(open.remove(random.nextInt(open.size())), answer(ErrorCode.NONE));
                answered++;
                loop.run();
            }
        }
        assertThat(client.responses()).isEqualTo(500);
        for (int i = 0; i < 500; i++) {
            assertThat(heartbeatResponse(i)).isEqualTo(ErrorCode.NONE);
        }
    }

    @Test
    void theHandlerLearnsWhoAsks() {
        client.request(heartbeat("g"), VERSION, 1);
        RequestContext context = heartbeats.asked(0).context();
        assertThat(context.loop()).isSameAs(loop);
        assertThat(context.apiVersion()).isEqualTo((short) VERSION);
        assertThat(context.clientId()).isEqualTo("client-1");
        assertThat(context.clientAddress()).isEqualTo("10.0.0.7");
        assertThat(context.forwarded()).isFalse();
    }

    @Test
    void aRequestThatWantsNoResponseGetsNoneAndHoldsNothingUp() {
        client.request(heartbeat("quiet"), VERSION, 1);
        client.request(heartbeat("g"), VERSION, 2);
        heartbeats.answer(1, answer(ErrorCode.NONE));
        heartbeats.answer(0, null);
        loop.run();
        assertThat(client.responses()).isEqualTo(1);
        assertThat(heartbeatResponse(2)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void failuresAreAnswers() {
        client.request(heartbeat("g"), VERSION, 1);
        client.request(heartbeat("g"), VERSION, 2);
        heartbeats.fail(0, new ApiException(ErrorCode.NOT_COORDINATOR, "another broker coordinates the group"));
        heartbeats.fail(1, new IllegalStateException("a bug"));
        loop.run();
        assertThat(heartbeatResponse(1)).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(heartbeatResponse(2)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void apiVersionsTellsWhatTheTableHas() {
        client.request(
                ApiVersionsRequest.builder()
                        .clientSoftwareName("apache-kafka-java")
                        .clientSoftwareVersion("4.3.1")
                        .build(),
                3,
                1);
        var response = (ApiVersionsResponse) client.response(ApiKey.API_VERSIONS, 3, 1);
        assertThat(response.errorCode()).isEqualTo(ErrorCode.NONE.code());
        assertThat(response.apiKeys())
                .extracting(ApiVersionsResponse.ApiVersion::apiKey)
                .containsExactly(ApiKey.FETCH.number(), ApiKey.HEARTBEAT.number(), ApiKey.API_VERSIONS.number());
    }

    @Test
    void apiVersionsOfAnUnknownVersionIsAnsweredInVersion0() {
        client.bytes(Unpooled.buffer()
                .writeShort(18)
                .writeShort(99)
                .writeInt(7)
                .writeShort(-1)
                .writeByte(0));
        var response = (ApiVersionsResponse) client.response(ApiKey.API_VERSIONS, 0, 7);
        assertThat(response.errorCode()).isEqualTo((short) 35);
        assertThat(response.apiKeys()).hasSize(1);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void aMalformedSoftwareNameIsRefused() {
        client.request(
                ApiVersionsRequest.builder()
                        .clientSoftwareName("no spaces allowed")
                        .clientSoftwareVersion("1")
                        .build(),
                3,
                1);
        var response = (ApiVersionsResponse) client.response(ApiKey.API_VERSIONS, 3, 1);
        assertThat(response.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }

    @Test
    void whatCannotBeAnsweredClosesTheConnection() {
        ByteBuf[] frames = {
            Unpooled.EMPTY_BUFFER,
            Unpooled.buffer().writeByte(0),
            // An API nobody knows; one without a handler here; a version that is not supported.
            Unpooled.buffer().writeShort(9_999).writeShort(0).writeInt(1).writeShort(-1),
            Unpooled.buffer()
                    .writeShort(ApiKey.PRODUCE.number())
                    .writeShort(9)
                    .writeInt(1)
                    .writeShort(-1)
                    .writeByte(0),
            Unpooled.buffer()
                    .writeShort(ApiKey.HEARTBEAT.number())
                    .writeShort(99)
                    .writeInt(1)
                    .writeShort(-1)
                    .writeByte(0),
            // A body cut short.
            Unpooled.buffer()
                    .writeShort(ApiKey.HEARTBEAT.number())
                    .writeShort(0)
                    .writeInt(1)
                    .writeShort(-1)
                    .writeShort(50)
        };
        for (ByteBuf frame : frames) {
            TestConnection connection = connect();
            connection.bytes(PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(frame));
            assertThat(connection.isClosed()).isTrue();
            assertThat(connection.responses()).isZero();
        }
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void privateApisAreForBrokersOnly() {
        ForwardRequest forward = ForwardRequest.builder()
                .clientAddress("10.0.0.1")
                .body(Unpooled.EMPTY_BUFFER)
                .build();
        client.request(forward, 0, 1);
        assertThat(client.isClosed()).isTrue();
        TestConnection broker = new TestConnection(loop, dispatcher.peer());
        broker.request(forward, 0, 1);
        assertThat(broker.isClosed()).isFalse();
        assertThat(broker.response(ApiKey.FORWARD, 0, 1)).isNotNull();
    }

    @Test
    void reachingTheNumberOfRequestsStopsReadingUntilOneIsAnswered() {
        for (int i = 0; i < LIMITS.maxRequests() + 2; i++) {
            client.request(heartbeat("g"), VERSION, i);
        }
        assertThat(heartbeats.asked).hasSize(LIMITS.maxRequests());
        assertThat(client.unread()).isEqualTo(2);
        heartbeats.answer(0, answer(ErrorCode.NONE));
        loop.run();
        assertThat(heartbeats.asked).hasSize(LIMITS.maxRequests() + 1);
        assertThat(client.isReading()).isFalse();
    }

    @Test
    void reachingTheBytesOfOneConnectionStopsReadingUntilSomeAreAnswered() {
        client.request(heartbeat("x".repeat(6_000)), VERSION, 1);
        client.request(heartbeat("x".repeat(6_000)), VERSION, 2);
        client.request(heartbeat("g"), VERSION, 3);
        assertThat(client.unread()).isEqualTo(1);
        heartbeats.answer(1, answer(ErrorCode.NONE));
        loop.run();
        assertThat(client.unread()).isZero();
    }

    @Test
    void reachingTheBytesOfAllConnectionsStopsThemAllAndNoneIsForgotten() {
        TestConnection second = connect();
        TestConnection third = connect();
        client.request(heartbeat("x".repeat(9_900)), VERSION, 1);
        second.request(heartbeat("x".repeat(11_000)), VERSION, 1);
        assertThat(second.isReading()).isFalse();
        // Stops with its own first request, having nothing to wait for itself.
        third.request(heartbeat("g"), VERSION, 1);
        heartbeats.answer(2, answer(ErrorCode.NONE));
        loop.run();
        third.request(heartbeat("g"), VERSION, 2);
        assertThat(third.unread()).isEqualTo(1);
        heartbeats.answer(1, answer(ErrorCode.NONE));
        loop.run();
        assertThat(third.unread()).isZero();
        assertThat(second.isReading()).isTrue();
        assertThat(client.isReading()).isTrue();
    }

    @Test
    void aBrokersRequestsAreReadHoweverMuchIsInFlight() {
        client.request(heartbeat("x".repeat(25_000)), VERSION, 1);
        TestConnection broker = new TestConnection(loop, dispatcher.peer());
        connections.add(broker);
        for (int i = 0; i < 2 * LIMITS.maxRequests(); i++) {
            broker.request(heartbeat("g"), VERSION, i);
        }
        assertThat(broker.unread()).isZero();
    }

    @Test
    void aClientThatTakesNoResponsesIsNotReadFrom() {
        client.request(heartbeat("g"), VERSION, 1);
        client.setWritable(false);
        heartbeats.answer(0, answer(ErrorCode.NONE));
        loop.run();
        client.request(heartbeat("g"), VERSION, 2);
        assertThat(client.unread()).isEqualTo(1);
        client.setWritable(true);
        assertThat(client.unread()).isZero();
        assertThat(heartbeatResponse(1)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void largeRecordsAreSentFromWhereTheyAre() {
        ByteBuf records = PooledByteBufAllocator.DEFAULT.directBuffer();
        byte[] bytes = new byte[100_000];
        new SplittableRandom(1).nextBytes(bytes);
        records.writeBytes(bytes);
        client.request(FetchRequest.builder().build(), 12, 1);
        fetches.answer(0, fetched(records, records.retainedSlice(0, 10)));
        loop.run();
        client.response(ApiKey.FETCH, 12, 1, message -> {
            List<FetchResponse.Partition> partitions =
                    ((FetchResponse) message).responses().get(0).partitions();
            assertThat(ByteBufUtil.getBytes(partitions.get(0).records())).isEqualTo(bytes);
            assertThat(ByteBufUtil.getBytes(partitions.get(1).records())).isEqualTo(Arrays.copyOf(bytes, 10));
        });
        assertThat(records.refCnt()).isZero();
    }

    @Test
    void responsesToAClientThatIsGoneAreReleased() {
        ByteBuf records = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(50_000);
        client.request(FetchRequest.builder().build(), 12, 1);
        client.drop();
        fetches.answer(0, fetched(records));
        loop.run();
        assertThat(records.refCnt()).isZero();
    }

    private static FetchResponse fetched(ByteBuf... records) {
        List<FetchResponse.Partition> partitions = new ArrayList<>();
        for (ByteBuf one : records) {
            partitions.add(FetchResponse.Partition.builder()
                    .partitionIndex(partitions.size())
                    .records(one)
                    .build());
        }
        FetchResponse.Topic topic =
                FetchResponse.Topic.builder().topic("t").partitions(partitions).build();
        return FetchResponse.builder().responses(List.of(topic)).build();
    }

    @Test
    void aResponseThatCannotBeWrittenClosesTheConnection() {
        client.request(FetchRequest.builder().build(), 4, 1);
        client.request(heartbeat("g"), VERSION, 2);
        // Version 4 knows nothing of sessions.
        fetches.answer(0, FetchResponse.builder().sessionId(7).build());
        heartbeats.answer(0, answer(ErrorCode.NONE));
        loop.run();
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void requestsAreCounted() throws IOException {
        client.request(heartbeat("g"), VERSION, 1);
        client.request(heartbeat("g"), VERSION, 2);
        loop.advance(3);
        heartbeats.answer(0, answer(ErrorCode.NONE));
        heartbeats.fail(1, new ApiException(ErrorCode.UNKNOWN_MEMBER_ID, "who?"));
        loop.run();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        metrics.write(text);
        assertThat(text.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "flotilla_request_seconds_count{api=\"Heartbeat\"} 2",
                        "flotilla_request_seconds_sum{api=\"Heartbeat\"} 0.006",
                        "flotilla_request_errors_total{api=\"Heartbeat\"} 1.0",
                        "flotilla_response_bytes_total{api=\"Heartbeat\"} 24.0",
                        "flotilla_request_in_flight_bytes 0.0");
    }
}
