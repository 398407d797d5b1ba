package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.cluster.ProducerIds;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.InitProducerIdResponse;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InitProducerIdHandlerTest {
    private final AdminFixture cluster = new AdminFixture();
    private final InitProducerIdHandler handler = handler(cluster);

    @Test
    void everyProducerGetsItsOwnIdFromTheBrokersBlock() {
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 2_500; i++) {
            InitProducerIdResponse response = ask(i % 6, idempotent());
            assertThat(response.errorCode()).isZero();
            assertThat(response.producerEpoch()).isZero();
            assertThat(ids.add(response.producerId())).isTrue();
        }
        assertThat(cluster.asked).hasSize(3);
    }

    @Test
    void twoBrokersNeverGiveTheSameId() {
        InitProducerIdHandler other = handler(cluster);
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            ids.add(ask(5, idempotent()).producerId());
            ids.add(cluster.ask(other, 5, idempotent()).producerId());
        }
        assertThat(ids).hasSize(20);
    }

    @Test
    void manyWhoWaitForABlockShareIt() {
        cluster.log.holdCommits = true;
        var first = handler.handle(cluster.context(5), idempotent());
        var second = handler.handle(cluster.context(5), idempotent());
        cluster.loop.run();
        assertThat(first).isNotDone();
        cluster.log.commit();
        assertThat(first.join().producerId()).isNotEqualTo(second.join().producerId());
        assertThat(cluster.asked).hasSize(1);
    }

    @Test
    void aProducerThatHadAnIdGetsAFreshOne() {
        long old = ask(5, idempotent()).producerId();
        InitProducerIdRequest again = InitProducerIdRequest.builder()
                .transactionalId(null)
                .producerId(old)
                .producerEpoch((short) 7)
                .build();
        InitProducerIdResponse response = ask(5, again);
        assertThat(response.producerId()).isNotEqualTo(old);
        assertThat(response.producerEpoch()).isZero();
    }

    @Test
    void withoutMetadataLeaderItIsWorthTryingAgain() {
        InitProducerIdHandler cutOff =
                new InitProducerIdHandler(new ProducerIds(cluster.loop, 0, AdminFixture.noController()));
        InitProducerIdResponse response = cluster.ask(cutOff, 5, idempotent());
        assertThat(ErrorCode.of(response.errorCode())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(response.producerId()).isEqualTo(-1);
    }

    @Test
    void transactionsAreRefusedForGood() {
        InitProducerIdRequest transactional = InitProducerIdRequest.builder()
                .transactionalId("tx")
                .transactionTimeoutMs(1000)
                .build();
        ErrorCode error = ErrorCode.of(ask(5, transactional).errorCode());
        assertThat(error).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        assertThat(error.isRetriable()).isFalse();
    }

    @Test
    void halfAnIdentityIsRefused() {
        InitProducerIdRequest half = InitProducerIdRequest.builder()
                .transactionalId(null)
                .producerId(5)
                .build();
        assertThat(ErrorCode.of(ask(5, half).errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    private static InitProducerIdHandler handler(AdminFixture cluster) {
        return new InitProducerIdHandler(new ProducerIds(cluster.loop, 0, cluster.channel()));
    }

    private InitProducerIdResponse ask(int version, InitProducerIdRequest request) {
        return cluster.ask(handler, version, request);
    }

    private static InitProducerIdRequest idempotent() {
        return InitProducerIdRequest.builder().transactionalId(null).build();
    }
}
