package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.NoLeaks;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.net.PeerException;
import io.flotilla.broker.net.Peers;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.HeartbeatRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client of broker 1 asks for what only the leader of the cluster metadata may do; broker 2 is the other broker. */
class ForwardingTest {
    private static final int VERSION = 6;

    @RegisterExtension
    final NoLeaks noLeaks = new NoLeaks();

    private final TestLoop loop = new TestLoop();
    private final TestHandler<DeleteTopicsRequest, DeleteTopicsResponse> here = handler();
    private final TestHandler<DeleteTopicsRequest, DeleteTopicsResponse> there = handler();
    private final Queue<PeerException> failures = new ArrayDeque<>();
    private LeaderTable.Leader leader;
    private TestConnection client;
    private TestConnection link;

    private static TestHandler<DeleteTopicsRequest, DeleteTopicsResponse> handler() {
        return new TestHandler<>(ApiKey.DELETE_TOPICS, true, error -> response(error.name(), error));
    }

    private static DeleteTopicsRequest request(String topic) {
        return DeleteTopicsRequest.builder()
                .topics(List.of(DeleteTopicsRequest.Topic.builder().name(topic).build()))
                .build();
    }

    private static DeleteTopicsResponse response(String topic, ErrorCode error) {
        return DeleteTopicsResponse.builder()
                .responses(List.of(DeleteTopicsResponse.Topic.builder()
                        .name(topic)
                        .errorCode(error.code())
                        .build()))
                .build();
    }

    /** The link from broker 1 to broker 2: what is called arrives at broker 2's own dispatcher. */
    private final class Link implements Peers {
        private int calls;

        @Override
        @SuppressWarnings("unchecked")
        public <R extends ApiMessage> CompletableFuture<R> call(
                int nodeId, ApiKey api, short version, ApiMessage request, long timeoutMs) {
            assertThat(nodeId).isEqualTo(2);
            if (!failures.isEmpty()) {
                ((ForwardRequest) request).body().release();
                return CompletableFuture.failedFuture(failures.remove());
            }
            int id = ++calls;
            link.request(request, version, id);
            CompletableFuture<R> result = new CompletableFuture<>();
            awaitResponse(result, api, version, id);
            return result;
        }

        @SuppressWarnings("unchecked")
        private <R extends ApiMessage> void awaitResponse(
                CompletableFuture<R> result, ApiKey api, short version, int id) {
            if (link.responses() == 0) {
                loop.schedule(() -> awaitResponse(result, api, version, id), 1);
            } else {
                link.response(api, version, id, response -> result.complete((R) response));
            }
        }

        @Override
        public void listen(Listener listener) {}

        @Override
        public void setPeers(SortedMap<Integer, InetSocketAddress> addresses) {}

        @Override
        public boolean isConnected(int nodeId) {
            return true;
        }

        @Override
        public boolean send(int nodeId, ByteBuf payload) {
            throw new AssertionError("nothing is sent one-way");
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() {
        link = new TestConnection(loop, dispatcher(2, there, null).peer());
        client = new TestConnection(loop, dispatcher(1, here, new Link()).client());
    }

    private Dispatcher dispatcher(int nodeId, Handler<?, ?> handler, Peers peers) {
        Metrics metrics = new Metrics();
        ControllerForwarder forwarder = new ControllerForwarder(nodeId, partition -> leader, peers, loop);
        return new Dispatcher(
                new HandlerTable(List.of(handler), metrics), RequestLimits.of(1 << 20), forwarder, loop, metrics);
    }

    @AfterEach
    void drop() {
        client.drop();
        link.drop();
    }

    private void lead(int brokerId) {
        leader = new LeaderTable.Leader(brokerId, 1);
    }

    private DeleteTopicsResponse.Topic result(int correlationId) {
        var response = (DeleteTopicsResponse) client.response(ApiKey.DELETE_TOPICS, VERSION, correlationId);
        return response.responses().get(0);
    }

    @Test
    void theLeaderAnswersItself() {
        lead(1);
        client.request(request("t"), VERSION, 1);
        assertThat(here.asked(0).context().forwarded()).isFalse();
        here.answer(0, response("t", ErrorCode.NONE));
        loop.run();
        assertThat(result(1).name()).isEqualTo("t");
        assertThat(there.asked).isEmpty();
    }

    @Test
    void anotherBrokerPassesTheRequestOnAndTheAnswerBack() {
        lead(2);
        client.request(request("t"), VERSION, 7);
        loop.advance(1);
        RequestContext context = there.asked(0).context();
        assertThat(context.forwarded()).isTrue();
        assertThat(context.clientId()).isEqualTo("client-1");
        assertThat(context.clientAddress()).isEqualTo("10.0.0.7");
        assertThat(context.apiVersion()).isEqualTo((short) VERSION);
        assertThat(there.asked(0).request()).isEqualTo(request("t"));
        there.answer(0, response("t", ErrorCode.TOPIC_DELETION_DISABLED));
        loop.advance(10);
        assertThat(result(7).errorCode()).isEqualTo(ErrorCode.TOPIC_DELETION_DISABLED.code());
        assertThat(here.asked).isEmpty();
    }

    @Test
    void failuresOfTheLeaderArriveAsTheClientWouldSeeThemThere() {
        lead(2);
        client.request(request("t"), VERSION, 1);
        loop.advance(1);
        there.fail(0, new ApiException(ErrorCode.POLICY_VIOLATION, "no"));
        loop.advance(10);
        assertThat(result(1).errorCode()).isEqualTo(ErrorCode.POLICY_VIOLATION.code());
    }

    @Test
    void aChangeOfLeaderIsWaitedOut() {
        client.request(request("t"), VERSION, 1);
        loop.advance(500);
        lead(2);
        loop.advance(60);
        there.fail(0, new ApiException(ErrorCode.NOT_CONTROLLER, "not any more"));
        loop.advance(10);
        lead(1);
        loop.advance(60);
        here.fail(0, new ApiException(ErrorCode.NOT_CONTROLLER, "not yet"));
        loop.advance(60);
        here.answer(1, response("t", ErrorCode.NONE));
        loop.run();
        assertThat(result(1).errorCode()).isEqualTo(ErrorCode.NONE.code());
    }

    @Test
    void withoutALeaderTheClientIsToldAfterAWhile() {
        client.request(request("t"), VERSION, 1);
        loop.advance(4_000);
        assertThat(client.responses()).isZero();
        loop.advance(2_000);
        assertThat(result(1).errorCode()).isEqualTo(ErrorCode.NOT_CONTROLLER.code());
    }

    @Test
    void aRequestThatWasNotSentIsTriedAgain() {
        lead(2);
        failures.add(new PeerException("no link", false));
        client.request(request("t"), VERSION, 1);
        loop.advance(60);
        there.answer(0, response("t", ErrorCode.NONE));
        loop.advance(10);
        assertThat(result(1).errorCode()).isEqualTo(ErrorCode.NONE.code());
    }

    @Test
    void aRequestThatMayHaveBeenDoneIsNotDoneTwice() {
        lead(2);
        failures.add(new PeerException("the link broke", true));
        client.request(request("t"), VERSION, 1);
        loop.advance(10_000);
        assertThat(result(1).errorCode()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT.code());
        assertThat(there.asked).isEmpty();
    }

    @Test
    void onlyWhatTheControllerDoesIsTakenFromOthers() {
        ForwardRequest forward = ForwardRequest.builder()
                .clientAddress("10.0.0.1")
                .requestApiKey(HeartbeatRequest.API_KEY)
                .requestVersion((short) 0)
                .body(Unpooled.EMPTY_BUFFER)
                .build();
        link.request(forward, 0, 1);
        link.response(ApiKey.FORWARD, 0, 1, response -> assertThat(response)
                .hasFieldOrPropertyWithValue("errorCode", ErrorCode.UNSUPPORTED_VERSION.code()));
    }
}
