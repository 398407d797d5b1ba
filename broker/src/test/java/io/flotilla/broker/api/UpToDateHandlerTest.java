package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.machine.TestLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Answers that wait for the metadata to be as new as the question. */
class UpToDateHandlerTest {
    private final TestLoop loop = new TestLoop();
    private final CompletableFuture<Void> refreshed = new CompletableFuture<>();
    private int asked;

    private final class Asked implements Handler<HeartbeatRequest, HeartbeatResponse> {
        @Override
        public ApiKey api() {
            return ApiKey.HEARTBEAT;
        }

        @Override
        public CompletableFuture<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request) {
            asked++;
            return CompletableFuture.completedFuture(HeartbeatResponse.builder().build());
        }

        @Override
        public HeartbeatResponse error(
                RequestContext context, HeartbeatRequest request, ErrorCode error, String message) {
            return HeartbeatResponse.builder().errorCode(error.code()).build();
        }
    }

    private CompletableFuture<HeartbeatResponse> ask(Handler<HeartbeatRequest, HeartbeatResponse> handler) {
        RequestContext context = new RequestContext(loop, (short) 0, "test", "127.0.0.1", 1, false);
        CompletableFuture<HeartbeatResponse> answer =
                handler.handle(context, HeartbeatRequest.builder().build());
        loop.run();
        return answer;
    }

    @Test
    void nothingIsAnsweredBeforeTheMetadataIsNewEnough() {
        CompletableFuture<HeartbeatResponse> answer = ask(new UpToDateHandler<>(new Asked(), () -> refreshed));
        assertThat(answer).isNotDone();
        assertThat(asked).isZero();
        refreshed.complete(null);
        loop.run();
        assertThat(answer).isDone();
        assertThat(asked).isOne();
    }

    @Test
    void whatIsKnownIsAnsweredWhereNobodyCanSayWhetherItIsNew() {
        refreshed.completeExceptionally(new IllegalStateException("no leader"));
        assertThat(ask(new UpToDateHandler<>(new Asked(), () -> refreshed))).isDone();
        assertThat(asked).isOne();
    }

    @Test
    void otherRequestsDoNotWait() {
        assertThat(ask(new UpToDateHandler<>(new Asked(), () -> refreshed, (context, request) -> false)))
                .isDone();
    }
}
