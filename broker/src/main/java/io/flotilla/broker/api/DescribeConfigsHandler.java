package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ConfigResource;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.cluster.TopicNames;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.Property;
import io.flotilla.broker.config.TopicProperties;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeConfigsRequest;
import io.flotilla.wire.message.DescribeConfigsRequest.Resource;
import io.flotilla.wire.message.DescribeConfigsResponse;
import io.flotilla.wire.message.DescribeConfigsResponse.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * DescribeConfigs. Topics are described by any broker, a broker by itself, because its properties file is known to nobody else;
 * with an empty name, what is set for all brokers. v3 has types and documentation (KIP-569).
 */
public final class DescribeConfigsHandler implements Handler<DescribeConfigsRequest, DescribeConfigsResponse> {
    private final BrokerConfig config;
    private final MetadataCache metadata;

    public DescribeConfigsHandler(BrokerConfig config, MetadataCache metadata) {
        this.config = config;
        this.metadata = metadata;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_CONFIGS;
    }

    @Override
    public CompletableFuture<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request) {
        MetadataImage image = metadata.image();
        ConfigLayers layers =
                new ConfigLayers(image.brokerConfigs(config.nodeId()), image.clusterConfigs(), config.explicit());
        ConfigDescriber describer = new ConfigDescriber(layers, request);
        List<DescribeConfigsResponse.Resource> results = new ArrayList<>();
        for (Resource resource : request.resources()) {
            try {
                results.add(result(resource)
                        .configs(describe(image, describer, resource))
                        .build());
            } catch (ApiException refused) {
                results.add(failed(resource, refused.error(), refused.getMessage()));
            }
        }
        return CompletableFuture.completedFuture(
                DescribeConfigsResponse.builder().results(results).build());
    }

    @Override
    public DescribeConfigsResponse error(
            RequestContext context, DescribeConfigsRequest request, ErrorCode error, String message) {
        return DescribeConfigsResponse.builder()
                .results(request.resources().stream()
                        .map(resource -> failed(resource, error, message))
                        .toList())
                .build();
    }

    private List<Config> describe(MetadataImage image, ConfigDescriber describer, Resource asked) {
        ConfigResource resource = new ConfigResource(asked.resourceType(), asked.resourceName());
        Predicate<String> wanted =
                asked.configurationKeys() == null ? name -> true : asked.configurationKeys()::contains;
        List<Config> configs = new ArrayList<>();
        if (resource.type() == ConfigResource.TOPIC) {
            TopicInfo topic = topic(image, resource.name());
            TopicProperties.all().forEach((name, property) -> {
                if (wanted.test(name)) {
                    configs.add(describer.topic(property, topic.configs()));
                }
            });
        } else if (resource.isAllBrokers()) {
            image.clusterConfigs().forEach((name, value) -> {
                Property<?> property = BrokerProperties.all().get(name);
                if (property != null && wanted.test(name)) {
                    configs.add(describer.allBrokers(property, value));
                }
            });
        } else {
            checkThisBroker(resource);
            BrokerProperties.all().forEach((name, property) -> {
                if (wanted.test(name)) {
                    configs.add(describer.broker(property));
                }
            });
        }
        return configs;
    }

    private static TopicInfo topic(MetadataImage image, String name) {
        String problem = TopicNames.problem(name);
        if (problem != null) {
            throw new ApiException(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        TopicInfo topic = image.topic(name);
        if (topic == null) {
            throw new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Topic '" + name + "' does not exist");
        }
        return topic;
    }

    private void checkThisBroker(ConfigResource resource) {
        if (resource.type() != ConfigResource.BROKER) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Only topics and brokers have configuration, not resources of type " + resource.type());
        }
        if (resource.brokerId() != config.nodeId()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "This is broker %d; the configuration of broker '%s' is to be asked of that one"
                            .formatted(config.nodeId(), resource.name()));
        }
    }

    private static DescribeConfigsResponse.Resource.Builder result(Resource resource) {
        return DescribeConfigsResponse.Resource.builder()
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName())
                .errorMessage(null);
    }

    private static DescribeConfigsResponse.Resource failed(Resource resource, ErrorCode error, String message) {
        return result(resource).errorCode(error.code()).errorMessage(message).build();
    }
}
