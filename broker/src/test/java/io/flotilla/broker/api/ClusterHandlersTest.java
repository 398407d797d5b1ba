package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.broker.api.LogDirs.LogDir;
import io.flotilla.broker.api.LogDirs.ReplicaSize;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeClusterRequest;
import io.flotilla.wire.message.DescribeClusterResponse;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeLogDirsResponse;
import io.flotilla.wire.message.ListConfigResourcesRequest;
import io.flotilla.wire.message.ListConfigResourcesResponse;
import io.flotilla.wire.message.ListConfigResourcesResponse.Resource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ClusterHandlersTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte CLIENT_METRICS = 16;

    private final AdminFixture cluster = new AdminFixture();

    @Nested
    class DescribingTheCluster {
        private final DescribeClusterHandler handler = new DescribeClusterHandler(cluster.view);

        @Test
        void showsLivingBrokersAndDeadOnesOnRequest() {
            cluster.liveness.disconnected(2);
            DescribeClusterResponse living = ask(2, (byte) 1, false);
            assertThat(living.clusterId()).isEqualTo(cluster.image().clusterId());
            assertThat(living.controllerId()).isZero();
            assertThat(living.brokers())
                    .extracting(DescribeClusterResponse.Broker::brokerId, DescribeClusterResponse.Broker::isFenced)
                    .containsExactly(tuple(0, false), tuple(1, false));
            assertThat(ask(2, (byte) 1, true).brokers())
                    .extracting(DescribeClusterResponse.Broker::brokerId, DescribeClusterResponse.Broker::isFenced)
                    .containsExactly(tuple(0, false), tuple(1, false), tuple(2, true));
        }

        @Test
        void knowsOnlyBrokers() {
            assertThat(ErrorCode.of(ask(1, (byte) 2, false).errorCode())).isEqualTo(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
            assertThat(ErrorCode.of(ask(1, (byte) 9, false).errorCode()))
                    .isEqualTo(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE);
            assertThat(ask(0, (byte) 1, false).errorCode()).isZero();
        }

        private DescribeClusterResponse ask(int version, byte endpointType, boolean dead) {
            return cluster.ask(
                    handler,
                    version,
                    DescribeClusterRequest.builder()
                            .endpointType(endpointType)
                            .includeFencedBrokers(dead)
                            .build());
        }
    }

    @Nested
    class ListingConfigResources {
        private final ListConfigResourcesHandler handler = new ListConfigResourcesHandler(cluster.view);

        @Test
        void listsTopicsAndBrokers() {
            cluster.create("t", 1, 1);
            assertThat(ask(1).configResources())
                    .extracting(Resource::resourceName, Resource::resourceType)
                    .containsExactly(tuple("t", TOPIC), tuple("0", BROKER), tuple("1", BROKER), tuple("2", BROKER));
            assertThat(ask(1, TOPIC).configResources()).hasSize(1);
            assertThat(ask(1, BROKER).configResources()).hasSize(3);
            assertThat(ask(1, CLIENT_METRICS).configResources()).isEmpty();
            assertThat(ask(0).configResources()).isEmpty();
        }

        @Test
        void refusesAnUnknownType() {
            assertThat(ErrorCode.of(ask(1, (byte) 99).errorCode())).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        }

        private ListConfigResourcesResponse ask(int version, Byte... types) {
            return cluster.ask(handler, version, new ListConfigResourcesRequest(List.of(types)));
        }
    }

    @Nested
    class DescribingLogDirs {
        private final TopicInfo topic = cluster.create("t", 3, 1);
        private final LogDir healthy = new LogDir(
                ErrorCode.NONE,
                "/data/a",
                1000,
                400,
                List.of(
                        new ReplicaSize(PartitionId.METADATA, 1, 0, false),
                        new ReplicaSize(new PartitionId(new UUID(9, 9), 0), 1, 0, false),
                        new ReplicaSize(new PartitionId(topic.id(), 0), 50, 0, false),
                        new ReplicaSize(new PartitionId(topic.id(), 2), 60, 7, true)));
        private final LogDir fenced = new LogDir(ErrorCode.KAFKA_STORAGE_ERROR, "/data/b", -1, -1, List.of());
        private final DescribeLogDirsHandler handler = new DescribeLogDirsHandler(
                () -> CompletableFuture.completedFuture(List.of(healthy, fenced)), cluster.metadata);

        @Test
        void showsDirectoriesAndTheReplicasOfTopics() {
            for (int version = 1; version <= 5; version++) {
                DescribeLogDirsResponse response = ask(version, null);
                assertThat(response.results())
                        .extracting(
                                DescribeLogDirsResponse.LogDir::logDir,
                                dir -> ErrorCode.of(dir.errorCode()),
                                DescribeLogDirsResponse.LogDir::usableBytes)
                        .containsExactly(
                                tuple("/data/a", ErrorCode.NONE, 400L),
                                tuple("/data/b", ErrorCode.KAFKA_STORAGE_ERROR, -1L));
                assertThat(response.results().get(0).topics()).hasSize(1);
                assertThat(response.results().get(0).topics().get(0).partitions())
                        .extracting(
                                DescribeLogDirsResponse.Partition::partitionIndex,
                                DescribeLogDirsResponse.Partition::partitionSize,
                                DescribeLogDirsResponse.Partition::offsetLag,
                                DescribeLogDirsResponse.Partition::isFutureKey)
                        .containsExactly(tuple(0, 50L, 0L, false), tuple(2, 60L, 7L, true));
            }
        }

        @Test
        void showsOnlyWhatIsAskedFor() {
            DescribeLogDirsResponse response = ask(5, List.of(new DescribeLogDirsRequest.Topic("t", List.of(1, 2))));
            assertThat(response.results().get(0).topics().get(0).partitions())
                    .extracting(DescribeLogDirsResponse.Partition::partitionIndex)
                    .containsExactly(2);
            assertThat(ask(5, List.of()).results().get(0).topics()).isEmpty();
        }

        private DescribeLogDirsResponse ask(int version, List<DescribeLogDirsRequest.Topic> topics) {
            return cluster.ask(handler, version, new DescribeLogDirsRequest(topics));
        }
    }
}
