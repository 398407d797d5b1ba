package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.wire.message.ClusterAssignmentRecord;
import io.flotilla.wire.message.ClusterBrokerRecord;
import io.flotilla.wire.message.ClusterConfigRecord;
import io.flotilla.wire.message.ClusterIdRecord;
import io.flotilla.wire.message.ClusterPartitionsRecord;
import io.flotilla.wire.message.ClusterProducerIdsRecord;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.ClusterTopicRemovalRecord;
import io.flotilla.wire.message.ClusterVotersRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.record.Record;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The records of the metadata log and how they are written:
 *
 * <pre>
 * key    type int16
 * value  version int16, message in that version
 * </pre>
 *
 * Numbers are for ever. The messages are defined in {@code ClusterRecords.msg}.
 */
enum RecordType {
    CLUSTER_ID(1, ClusterIdRecord.class, ClusterIdRecord.HIGHEST_VERSION, ClusterIdRecord::read),
    BROKER(2, ClusterBrokerRecord.class, ClusterBrokerRecord.HIGHEST_VERSION, ClusterBrokerRecord::read),
    TOPIC(3, ClusterTopicRecord.class, ClusterTopicRecord.HIGHEST_VERSION, ClusterTopicRecord::read),
    PARTITIONS(
            4, ClusterPartitionsRecord.class, ClusterPartitionsRecord.HIGHEST_VERSION, ClusterPartitionsRecord::read),
    TOPIC_REMOVAL(
            5,
            ClusterTopicRemovalRecord.class,
            ClusterTopicRemovalRecord.HIGHEST_VERSION,
            ClusterTopicRemovalRecord::read),
    CONFIG(6, ClusterConfigRecord.class, ClusterConfigRecord.HIGHEST_VERSION, ClusterConfigRecord::read),
    PRODUCER_IDS(
            7,
            ClusterProducerIdsRecord.class,
            ClusterProducerIdsRecord.HIGHEST_VERSION,
            ClusterProducerIdsRecord::read),
    ASSIGNMENT(
            8, ClusterAssignmentRecord.class, ClusterAssignmentRecord.HIGHEST_VERSION, ClusterAssignmentRecord::read),
    VOTERS(9, ClusterVotersRecord.class, ClusterVotersRecord.HIGHEST_VERSION, ClusterVotersRecord::read);

    private static final RecordType[] TYPES = values();

    private final short number;
    private final Class<? extends Message> messageClass;
    private final short version;
    private final Reader reader;

    RecordType(int number, Class<? extends Message> messageClass, short version, Reader reader) {
        this.number = (short) number;
        this.messageClass = messageClass;
        this.version = version;
        this.reader = reader;
    }

    /** The message as a record to append, in its highest version. */
    static MachineRecord encode(Message message) {
        for (RecordType type : TYPES) {
            if (type.messageClass == message.getClass()) {
                byte[] key = {(byte) (type.number >> 8), (byte) type.number};
                byte[] value = new byte[Short.BYTES + message.size(type.version)];
                ByteBuf out = Unpooled.wrappedBuffer(value).clear();
                message.write(out.writeShort(type.version), type.version);
                return new MachineRecord(key, value);
            }
        }
        throw new IllegalArgumentException(message.getClass() + " is not a record of the metadata log");
    }

    /**
     * The message in a record.
     *
     * @throws IllegalStateException when this version of the program does not know the type or the version
     */
    static Message decode(Record record) {
        short number = record.key().getShort(record.key().readerIndex());
        ByteBuf value = record.value().duplicate();
        short version = value.readShort();
        for (RecordType type : TYPES) {
            if (type.number == number && version >= 0 && version <= type.version) {
                return type.reader.read(value, version);
            }
        }
        throw new IllegalStateException(
                "metadata log: record type %d version %d at offset %d is not known to this version"
                        .formatted(number, version, record.offset()));
    }

    private interface Reader {
        Message read(ByteBuf in, short version);
    }
}
