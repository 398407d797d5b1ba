package io.flotilla.raft.host;

import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * Names a Raft group across brokers: a topic's id and a partition number.
 */
public record GroupId(UUID topicId, int partition) {
    /** Encoded size in bytes: two int64 halves of the topic id and an int32. */
    public static final int BYTES = 20;

    void write(ByteBuf out) {
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
    }

    static GroupId read(ByteBuf in) {
        return new GroupId(new UUID(in.readLong(), in.readLong()), in.readInt());
    }

    // Written out, for these are the keys of maps that every message is looked up in, and a record's own go through
    // method handles,
    // which the C1 compiler does not see through.

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupId that && partition == that.partition && topicId.equals(that.topicId);
    }

    @Override
    public int hashCode() {
        return 31 * topicId.hashCode() + partition;
    }
}
