package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.Replica;
import io.flotilla.log.state.ProducerState;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeProducersRequest;
import io.flotilla.wire.message.DescribeProducersResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * DescribeProducers (61), version 0: the idempotent producers a partition remembers (KIP-664). Any replica answers, from its
 * own log. There are no transactions to tell of.
 */
public final class DescribeProducersHandler implements Handler<DescribeProducersRequest, DescribeProducersResponse> {
    private static final int NO_COORDINATOR = -1;

    private final Partitions partitions;

    public DescribeProducersHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_PRODUCERS;
    }

    @Override
    public CompletableFuture<DescribeProducersResponse> handle(
            RequestContext context, DescribeProducersRequest request) {
        MetadataImage image = partitions.image();
        return PartitionCalls.gather(request.topics(), topic -> {
                    TopicInfo info = image.topic(topic.name());
                    return PartitionCalls.gather(topic.partitionIndexes(), partition -> describe(info, partition))
                            .thenApply(answers -> new DescribeProducersResponse.Topic(topic.name(), answers));
                })
                .thenApply(DescribeProducersHandler::response);
    }

    private CompletableFuture<DescribeProducersResponse.Partition> describe(TopicInfo topic, int partition) {
        Partitions.Found found = partitions.find(topic, false, partition);
        if (found.error() != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(refused(partition, found.error(), null));
        }
        Replica replica = found.replica();
        return PartitionCalls.ask(replica, () -> CompletableFuture.completedFuture(describe(replica, partition)));
    }

    private static DescribeProducersResponse.Partition describe(Replica replica, int partition) {
        return DescribeProducersResponse.Partition.builder()
                .partitionIndex(partition)
                .activeProducers(replica.log().producers().describe().stream()
                        .map(DescribeProducersHandler::producer)
                        .toList())
                .build();
    }

    private static DescribeProducersResponse.Producer producer(ProducerState.Description producer) {
        return DescribeProducersResponse.Producer.builder()
                .producerId(producer.producerId())
                .producerEpoch(producer.epoch())
                .lastSequence(producer.lastSequence())
                .lastTimestamp(producer.lastTimestamp())
                .coordinatorEpoch(NO_COORDINATOR)
                .build();
    }

    private static DescribeProducersResponse.Partition refused(int partition, ErrorCode error, String message) {
        return DescribeProducersResponse.Partition.builder()
                .partitionIndex(partition)
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }

    private static DescribeProducersResponse response(List<DescribeProducersResponse.Topic> topics) {
        return DescribeProducersResponse.builder().topics(topics).build();
    }

    @Override
    public DescribeProducersResponse error(
            RequestContext context, DescribeProducersRequest request, ErrorCode error, String message) {
        return response(request.topics().stream()
                .map(topic -> new DescribeProducersResponse.Topic(
                        topic.name(),
                        topic.partitionIndexes().stream()
                                .map(partition -> refused(partition, error, message))
                                .toList()))
                .toList());
    }
}
