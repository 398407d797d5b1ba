package io.flotilla.broker.cli.client;

import io.flotilla.wire.message.ConsumerProtocolAssignment;
import io.flotilla.wire.message.ConsumerProtocolSubscription;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What consumers of a group tell each other through the coordinator, which does not look inside: which topics one wants, and
 * which partitions one gets. Bytes: an int16 version, then the message. A newer version only appends fields, so what is
 * newer than known is read as the newest known.
 */
final class ConsumerProtocol {
    /** The protocol type that consumers give when they join. */
    static final String TYPE = "consumer";

    private static final short WRITTEN_VERSION = 0;

    private ConsumerProtocol() {}

    static byte[] subscription(List<String> topics) {
        return write(ConsumerProtocolSubscription.builder().topics(topics).build());
    }

    /** The topics a member wants. */
    static List<String> subscribedTopics(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            return ConsumerProtocolSubscription.read(in, version(in, ConsumerProtocolSubscription.HIGHEST_VERSION))
                    .topics();
        } catch (MalformedMessageException e) {
            throw ClientException.fatal(
                    "a member of the group sent a subscription that cannot be read: " + e.getMessage());
        }
    }

    static byte[] assignment(SortedMap<String, List<Integer>> partitions) {
        List<ConsumerProtocolAssignment.TopicPartition> topics = partitions.entrySet().stream()
                .map(entry -> ConsumerProtocolAssignment.TopicPartition.builder()
                        .topic(entry.getKey())
                        .partitions(entry.getValue())
                        .build())
                .toList();
        return write(
                ConsumerProtocolAssignment.builder().assignedPartitions(topics).build());
    }

    /** The partitions a member gets, by topic; none from an empty array, which members have before the first assignment. */
    static SortedMap<String, List<Integer>> assignment(byte[] bytes) {
        SortedMap<String, List<Integer>> partitions = new TreeMap<>();
        if (bytes.length == 0) {
            return partitions;
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            short version = version(in, ConsumerProtocolAssignment.HIGHEST_VERSION);
            for (var topic : ConsumerProtocolAssignment.read(in, version).assignedPartitions()) {
                partitions.put(topic.topic(), topic.partitions());
            }
        } catch (MalformedMessageException e) {
            throw ClientException.fatal("the group's leader sent an assignment that cannot be read: " + e.getMessage());
        }
        return partitions;
    }

    private static short version(ByteBuf in, short highest) {
        if (in.readableBytes() < Short.BYTES) {
            throw new MalformedMessageException("no version");
        }
        return (short) Math.min(in.readShort(), highest);
    }

    private static byte[] write(Message message) {
        byte[] bytes = new byte[Short.BYTES + message.size(WRITTEN_VERSION)];
        ByteBuf out = Unpooled.wrappedBuffer(bytes).clear();
        out.writeShort(WRITTEN_VERSION);
        message.write(out, WRITTEN_VERSION);
        return bytes;
    }
}
