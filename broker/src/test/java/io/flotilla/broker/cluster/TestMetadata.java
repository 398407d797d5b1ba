package io.flotilla.broker.cluster;

import io.flotilla.wire.message.ClusterBrokerRecord;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.ClusterTopicRemovalRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Metadata that a test writes itself, through the records of the real log. */
public final class TestMetadata implements MetadataCache {
    private final MetadataState state = new MetadataState();
    private final List<Consumer<MetadataImage>> listeners = new ArrayList<>();
    private MetadataImage image = MetadataImage.EMPTY;
    private long ids;

    /** Adds a topic whose replicas are all on broker 1. */
    public TopicInfo addTopic(String name, int partitions) {
        ClusterTopicRecord.Partition partition =
                ClusterTopicRecord.Partition.builder().replicas(List.of(1)).build();
        apply(ClusterTopicRecord.builder()
                .name(name)
                .topicId(new UUID(77, ++ids))
                .partitions(Collections.nCopies(partitions, partition))
                .build());
        return image.topic(name);
    }

    public void removeTopic(String name) {
        apply(ClusterTopicRemovalRecord.builder()
                .topicId(image.topic(name).id())
                .build());
    }

    public void addBroker(int id) {
        apply(ClusterBrokerRecord.builder()
                .brokerId(id)
                .host("broker-" + id)
                .port(9000 + id)
                .build());
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public void subscribe(Consumer<MetadataImage> listener) {
        listeners.add(listener);
        listener.accept(image);
    }

    private void apply(Message message) {
        var record = RecordType.encode(message);
        state.replay(new Record(
                state.offset + 1,
                0,
                Unpooled.wrappedBuffer(record.key()),
                Unpooled.wrappedBuffer(record.value()),
                List.of()));
        image = state.image();
        listeners.forEach(listener -> listener.accept(image));
    }
}
