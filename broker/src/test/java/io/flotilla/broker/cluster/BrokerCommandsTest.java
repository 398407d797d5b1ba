package io.flotilla.broker.cluster;

import static io.flotilla.broker.cluster.Controllers.registration;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.ProducerIdBlockResponse;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class BrokerCommandsTest {
    private final Controllers controller = new Controllers(Map.of());

    @Test
    void theFirstBrokerGivesTheClusterItsId() {
        String clusterId = register(registration(1, 7)).clusterId();
        assertThat(Uuid.fromString(clusterId).toString()).isEqualTo(clusterId).hasSize(22);
        assertThat(controller.image().clusterId()).isEqualTo(clusterId);
        assertThat(register(registration(2, 8)).clusterId()).isEqualTo(clusterId);
        assertThat(controller.image().brokers())
                .containsExactly(
                        Map.entry(1, new BrokerInfo(1, "host-1", 9092, null)),
                        Map.entry(2, new BrokerInfo(2, "host-2", 9092, null)));
    }

    @Test
    void registeringAgainChangesNothing() {
        register(registration(1, 7));
        int before = controller.log.size();
        assertThat(error(registration(1, 7))).isEqualTo(ErrorCode.NONE);
        assertThat(controller.log).hasSize(before);
    }

    @Test
    void aBrokerMayComeBackElsewhere() {
        register(registration(1, 7));
        RegisterBrokerRequest moved = RegisterBrokerRequest.builder()
                .brokerId(1)
                .incarnation(8)
                .clusterId(controller.image().clusterId())
                .host("new-host")
                .port(1234)
                .rack("r1")
                .build();
        assertThat(error(moved)).isEqualTo(ErrorCode.NONE);
        assertThat(controller.image().brokers().get(1)).isEqualTo(new BrokerInfo(1, "new-host", 1234, "r1"));
    }

    @Test
    void aNodeIdThatIsAliveIsNotGivenAway() {
        register(registration(1, 7));
        controller.live.connected(1, 7);
        assertThat(error(registration(1, 8))).isEqualTo(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
        controller.live.disconnected(1);
        assertThat(error(registration(1, 8))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aRestartedBrokerIsNotItsOwnDuplicate() {
        register(registration(1, 7));
        controller.live.connected(1, 8);
        assertThat(error(registration(1, 8))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void dataOfAnotherClusterStaysOut() {
        RegisterBrokerRequest foreign = withCluster("J8qXRwI-Qyi2G0guFTiuYw");
        assertThat(error(foreign)).isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
        String ours = register(registration(1, 7)).clusterId();
        assertThat(error(foreign)).isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
        assertThat(error(withCluster(ours))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void nonsenseIsRefused() {
        assertThat(error(registration(-1, 7))).isEqualTo(ErrorCode.INVALID_REGISTRATION);
        assertThat(controller.image().brokers()).isEmpty();
        assertThat(controller.image().clusterId()).isNull();
    }

    @Test
    void producerIdsAreGivenOnce() {
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            ProducerIdBlockResponse block =
                    controller.run(machine -> machine.allocateProducerIds(new ProducerIdBlockRequest(1)));
            assertThat(block.errorCode()).isZero();
            assertThat(block.count()).isEqualTo(1_000);
            for (long id = block.firstId(); id < block.firstId() + block.count(); id++) {
                assertThat(given.add(id)).isTrue();
            }
        }
    }

    private RegisterBrokerResponse register(RegisterBrokerRequest request) {
        return controller.run(machine -> machine.registerBroker(request));
    }

    private ErrorCode error(RegisterBrokerRequest request) {
        return ErrorCode.of(register(request).errorCode());
    }

    private static RegisterBrokerRequest withCluster(String clusterId) {
        return RegisterBrokerRequest.builder()
                .brokerId(3)
                .incarnation(9)
                .clusterId(clusterId)
                .host("h")
                .port(1)
                .build();
    }
}
