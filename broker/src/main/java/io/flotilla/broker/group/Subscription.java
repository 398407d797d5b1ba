package io.flotilla.broker.group;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The topics in a consumer's subscription: the metadata of protocols whose type is {@code consumer}, which is the clients'
 * own format. Only its beginning is read, which all versions share: {@code version int16, topics []string}, with an int32
 * count and int16 lengths.
 */
final class Subscription {
    /** Type of groups whose metadata is such a subscription. */
    static final String PROTOCOL_TYPE = "consumer";

    private Subscription() {}

    /** The topics that the group's members subscribe to, or null when that cannot be known. */
    static Set<String> topics(Group group) {
        if (!PROTOCOL_TYPE.equals(group.protocolType)) {
            return null;
        }
        Set<String> all = new LinkedHashSet<>();
        for (Member member : group.members()) {
            if (group.protocol == null || !addTopics(member.metadata(group.protocol), all)) {
                return null;
            }
        }
        return all;
    }

    private static boolean addTopics(byte[] metadata, Set<String> topics) {
        ByteBuffer in = ByteBuffer.wrap(metadata);
        try {
            in.getShort();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                int length = in.getShort();
                if (length < 0 || length > in.remaining()) {
                    return false;
                }
                topics.add(new String(metadata, in.position(), length, StandardCharsets.UTF_8));
                in.position(in.position() + length);
            }
            return true;
        } catch (BufferUnderflowException e) {
            return false;
        }
    }
}
