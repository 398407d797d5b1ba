package io.flotilla.raft.message;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;

/**
 * The bytes of a {@link Configuration}, in messages and in the log: voters, learners, outgoing voters; each a two-byte
 * count and four-byte ids.
 */
public final class ConfigurationCodec {
    /** More members than any group has, so that a damaged count cannot make a large array. */
    static final int MAX_NODES = 1024;

    private ConfigurationCodec() {}

    /** Appends {@code configuration} to {@code out}. */
    public static void write(ByteBuf out, Configuration configuration) {
        write(out, configuration.voters());
        write(out, configuration.learners());
        write(out, configuration.outgoing());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws MalformedMessageException if the bytes are no configuration
     */
    public static Configuration read(ByteBuf in) {
        NodeSet voters = readNodes(in);
        NodeSet learners = readNodes(in);
        NodeSet outgoing = readNodes(in);
        if (!learners.isDisjointFrom(voters)) {
            throw new MalformedMessageException("learners " + learners + " overlap voters " + voters);
        }
        return new Configuration(voters, learners, outgoing);
    }

    private static void write(ByteBuf out, NodeSet nodes) {
        if (nodes.size() > MAX_NODES) {
            throw new IllegalArgumentException(nodes.size() + " nodes in a configuration");
        }
        out.writeShort(nodes.size());
        nodes.forEach(out::writeInt);
    }

    private static NodeSet readNodes(ByteBuf in) {
        RaftMessageCodec.require(in, Short.BYTES);
        int count = in.readUnsignedShort();
        if (count > MAX_NODES) {
            throw new MalformedMessageException(count + " nodes in a configuration");
        }
        RaftMessageCodec.require(in, count * Integer.BYTES);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = in.readInt();
        }
        try {
            return NodeSet.of(ids);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException(e.getMessage());
        }
    }
}
