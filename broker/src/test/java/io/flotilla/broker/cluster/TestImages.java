package io.flotilla.broker.cluster;

/** Metadata images as a test needs them. */
public final class TestImages {
    private TestImages() {}

    /** An image with these topics and with brokers 1 to {@code brokers}, at {@code host-N:9092} in {@code rack-N}. */
    public static MetadataImage of(int brokers, Iterable<TopicInfo> topics) {
        MetadataState state = new MetadataState();
        for (int id = 1; id <= brokers; id++) {
            state.brokers = state.brokers.plus(id, new BrokerInfo(id, "host-" + id, 9092, "rack-" + id));
        }
        for (TopicInfo topic : topics) {
            state.topicsByName = state.topicsByName.plus(topic.name(), topic);
            state.topicsById = state.topicsById.plus(topic.id(), topic);
        }
        return state.image();
    }
}
