package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.machine.TestLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.RegisterBrokerResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BrokerRegistrarTest {
    private final TestLoop loop = new TestLoop();
    private final ArrayDeque<CompletableFuture<RegisterBrokerResponse>> answers = new ArrayDeque<>();
    private int attempts;
    private final ControllerChannel channel = new ControllerChannel() {
        @Override
        @SuppressWarnings("unchecked")
        public <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request) {
            attempts++;
            CompletableFuture<RegisterBrokerResponse> answer =
                    answers.size() > 1 ? answers.remove() : answers.element();
            return (CompletableFuture<R>) (CompletableFuture<?>) answer;
        }
    };

    @Test
    void waitsForTheClusterToForm() {
        answers.addAll(List.of(unreachable(), unreachable(), refused(ErrorCode.NOT_CONTROLLER), registered()));
        CompletableFuture<String> cluster = register();
        loop.run();
        assertThat(cluster).isNotDone();
        loop.advance(1_000);
        assertThat(cluster).isCompletedWithValue("the-cluster");
        assertThat(attempts).isEqualTo(4);
    }

    @Test
    void waitsForItsPredecessorToBeNoticedDead() {
        answers.addAll(List.of(refused(ErrorCode.DUPLICATE_BROKER_REGISTRATION), registered()));
        CompletableFuture<String> cluster = register();
        loop.advance(1_000);
        assertThat(cluster).isCompletedWithValue("the-cluster");
    }

    @Test
    void givesUpOnANodeIdThatStaysTaken() {
        answers.add(refused(ErrorCode.DUPLICATE_BROKER_REGISTRATION));
        CompletableFuture<String> cluster = register();
        loop.advance(60_000);
        assertThatThrownBy(cluster::join).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void givesUpAtOnceOnAnotherCluster() {
        answers.add(refused(ErrorCode.INCONSISTENT_CLUSTER_ID));
        CompletableFuture<String> cluster = register();
        loop.run();
        assertThatThrownBy(cluster::join).hasMessageContaining("why not");
        assertThat(attempts).isEqualTo(1);
    }

    private CompletableFuture<String> register() {
        return new BrokerRegistrar(loop, channel, Controllers.registration(1, 7)).register();
    }

    private static CompletableFuture<RegisterBrokerResponse> unreachable() {
        return CompletableFuture.failedFuture(new IllegalStateException("nobody there"));
    }

    private static CompletableFuture<RegisterBrokerResponse> refused(ErrorCode error) {
        return CompletableFuture.completedFuture(RegisterBrokerResponse.builder()
                .errorCode(error.code())
                .errorMessage("why not")
                .build());
    }

    private static CompletableFuture<RegisterBrokerResponse> registered() {
        return CompletableFuture.completedFuture(
                RegisterBrokerResponse.builder().clusterId("the-cluster").build());
    }
}
