package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.ConfigResource;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ListConfigResourcesRequest;
import io.flotilla.wire.message.ListConfigResourcesResponse;
import io.flotilla.wire.message.ListConfigResourcesResponse.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * ListConfigResources (KIP-1142): what can be configured. v0 asks for client metrics only, of which there are none; in v1 no
 * types means all of them.
 */
public final class ListConfigResourcesHandler
        implements Handler<ListConfigResourcesRequest, ListConfigResourcesResponse> {
    /** Kafka's further types, none of which has any resources here: broker loggers, client metrics, groups. */
    private static final List<Byte> OTHER_TYPES = List.of((byte) 8, (byte) 16, (byte) 32);

    private final ClusterView cluster;

    public ListConfigResourcesHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKey api() {
        return ApiKey.LIST_CONFIG_RESOURCES;
    }

    @Override
    public CompletableFuture<ListConfigResourcesResponse> handle(
            RequestContext context, ListConfigResourcesRequest request) {
        boolean all = context.apiVersion() > 0 && request.resourceTypes().isEmpty();
        for (Byte type : request.resourceTypes()) {
            if (type != ConfigResource.TOPIC && type != ConfigResource.BROKER && !OTHER_TYPES.contains(type)) {
                return CompletableFuture.failedFuture(
                        new ApiException(ErrorCode.UNSUPPORTED_VERSION, "Resource type " + type + " is not known"));
            }
        }
        MetadataImage image = cluster.image();
        List<Resource> resources = new ArrayList<>();
        if (all || request.resourceTypes().contains(ConfigResource.TOPIC)) {
            image.topics().forEach(topic -> resources.add(new Resource(topic.name(), ConfigResource.TOPIC)));
        }
        if (all || request.resourceTypes().contains(ConfigResource.BROKER)) {
            for (BrokerInfo broker : cluster.allBrokers(image)) {
                resources.add(new Resource(Integer.toString(broker.id()), ConfigResource.BROKER));
            }
        }
        return CompletableFuture.completedFuture(
                ListConfigResourcesResponse.builder().configResources(resources).build());
    }

    @Override
    public ListConfigResourcesResponse error(
            RequestContext context, ListConfigResourcesRequest request, ErrorCode error, String message) {
        return ListConfigResourcesResponse.builder().errorCode(error.code()).build();
    }
}
