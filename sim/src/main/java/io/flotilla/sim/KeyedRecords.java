package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.Partition;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.RecordHeader;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The records of the compacted topic: some keys that are written often, many that are not, and now and then a tombstone. What the checker tells
 * records apart by is in a header.
 */
final class KeyedRecords {
    /** The compacted topic. */
    static final String TOPIC = "keyed";

    /** Of the topic. Little is written in a run: segments are closed, and tombstones dropped, early. */
    static final List<CreateTopicsRequest.Config> CONFIGS = List.of(
            new CreateTopicsRequest.Config("cleanup.policy", "compact"),
            new CreateTopicsRequest.Config("segment.ms", "700"),
            new CreateTopicsRequest.Config("delete.retention.ms", "1000"),
            new CreateTopicsRequest.Config("min.cleanable.dirty.ratio", "0.2"));

    private static final int BUSY_KEYS = 10;
    private static final int QUIET_KEYS = 400;
    private static final int ONE_TOMBSTONE_IN = 4;
    private static final String ID = "id";

    private KeyedRecords() {}

    static boolean isKeyed(String topic) {
        return topic.equals(TOPIC);
    }

    /** Decides what records are about. */
    static List<Event.Keyed> draw(Partition partition, List<String> ids, RandomGenerator random) {
        List<Event.Keyed> records = new ArrayList<>();
        for (String id : ids) {
            boolean busy = random.nextBoolean();
            String key = busy ? "busy" + random.nextInt(BUSY_KEYS) : "quiet" + random.nextInt(QUIET_KEYS);
            records.add(new Event.Keyed(partition, id, key, random.nextInt(ONE_TOMBSTONE_IN) == 0));
        }
        return records;
    }

    static void append(RecordBatchBuilder builder, long timestamp, Event.Keyed record, byte[] value) {
        builder.append(
                timestamp,
                Unpooled.wrappedBuffer(record.compactionKey().getBytes(StandardCharsets.UTF_8)),
                record.tombstone() ? null : Unpooled.wrappedBuffer(value),
                List.of(new RecordHeader(ID, Unpooled.wrappedBuffer(record.key().getBytes(StandardCharsets.UTF_8)))));
    }

    /** What the checker tells a record by, of whatever topic of the clients'. */
    static String id(Record record) {
        for (RecordHeader header : record.headers()) {
            if (header.key().equals(ID)) {
                return header.value().toString(StandardCharsets.UTF_8);
            }
        }
        return record.keyText();
    }
}
