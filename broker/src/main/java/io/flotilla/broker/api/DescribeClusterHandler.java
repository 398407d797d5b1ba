package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeClusterRequest;
import io.flotilla.wire.message.DescribeClusterResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** DescribeCluster (KIP-700). v1 says which kind of endpoint is meant (KIP-919), v2 also shows dead brokers (KIP-1073). */
public final class DescribeClusterHandler implements Handler<DescribeClusterRequest, DescribeClusterResponse> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final ClusterView cluster;

    public DescribeClusterHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_CLUSTER;
    }

    @Override
    public CompletableFuture<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request) {
        return CompletableFuture.completedFuture(answer(context, request));
    }

    @Override
    public DescribeClusterResponse error(
            RequestContext context, DescribeClusterRequest request, ErrorCode error, String message) {
        return DescribeClusterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .endpointType(request.endpointType())
                .build();
    }

    private DescribeClusterResponse answer(RequestContext context, DescribeClusterRequest request) {
        if (request.endpointType() == CONTROLLERS) {
            return error(
                    context,
                    request,
                    ErrorCode.MISMATCHED_ENDPOINT_TYPE,
                    "There are no separate controllers: every broker answers as a broker");
        }
        if (request.endpointType() != BROKERS) {
            return error(
                    context,
                    request,
                    ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
                    "Endpoint type " + request.endpointType() + " is not known");
        }
        MetadataImage image = cluster.image();
        List<BrokerInfo> brokers =
                request.includeFencedBrokers() ? cluster.allBrokers(image) : cluster.aliveBrokers(image);
        return DescribeClusterResponse.builder()
                .clusterId(image.clusterId() == null ? "" : image.clusterId())
                .controllerId(cluster.controller())
                .brokers(brokers.stream()
                        .map(broker -> new DescribeClusterResponse.Broker(
                                broker.id(),
                                broker.host(),
                                broker.port(),
                                broker.rack(),
                                request.includeFencedBrokers() && !cluster.isAlive(broker.id())))
                        .toList())
                .build();
    }
}
