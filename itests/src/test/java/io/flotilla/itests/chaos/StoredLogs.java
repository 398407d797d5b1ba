package io.flotilla.itests.chaos;

import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.Partition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What the segment files of a broker hold, read with Kafka's own classes. Meant for brokers at rest: what is still being written, or is not
 * committed yet, is read like anything else.
 */
final class StoredLogs {
    private static final Pattern DIRECTORY = Pattern.compile("(.+)-(\\d+)");

    private StoredLogs() {}

    /** All partitions in a log directory, those of the cluster itself too. */
    static List<ReplicaLog> in(String replica, Path data) throws IOException {
        List<ReplicaLog> logs = new ArrayList<>();
        for (Path directory : list(data)) {
            Matcher name = DIRECTORY.matcher(directory.getFileName().toString());
            if (Files.isDirectory(directory) && name.matches()) {
                logs.add(log(replica, new Partition(name.group(1), Integer.parseInt(name.group(2))), directory));
            }
        }
        return logs;
    }

    private static ReplicaLog log(String replica, Partition partition, Path directory) throws IOException {
        boolean keyed = !partition.topic().startsWith("__");
        List<Stored> records = new ArrayList<>();
        CRC32C checksum = new CRC32C();
        for (Path file : list(directory)) {
            if (file.toString().endsWith(".log")) {
                addAll(ByteBuffer.wrap(Files.readAllBytes(file)), keyed, checksum, records);
            }
        }
        long start = records.isEmpty() ? 0 : records.get(0).offset();
        long end = records.isEmpty() ? 0 : records.get(records.size() - 1).offset() + 1;
        return new ReplicaLog(replica, partition, start, end, records);
    }

    private static void addAll(ByteBuffer bytes, boolean keyed, CRC32C checksum, List<Stored> records) {
        int position = 0;
        try {
            for (RecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
                // Raft's own batches have no offsets that readers know; they count with the batch after them.
                checksum.update(bytes.duplicate().position(position).limit(position + batch.sizeInBytes()));
                position += batch.sizeInBytes();
                if (!batch.isControlBatch()) {
                    add(batch, keyed, checksum.getValue(), records);
                    checksum.reset();
                }
            }
        } catch (CorruptRecordException e) {
            // A batch's length is damaged, so that nothing tells where the next one begins: not what other replicas
            // hold.
            checksum.update(bytes.duplicate().position(position));
            long offset =
                    records.isEmpty() ? 0 : records.get(records.size() - 1).offset() + 1;
            records.add(new Stored(offset, 0, null, checksum.getValue()));
            checksum.reset();
        }
    }

    private static void add(RecordBatch batch, boolean keyed, long checksum, List<Stored> records) {
        if (!keyed || !batch.isValid()) {
            records.add(new Stored(batch.baseOffset(), batch.partitionLeaderEpoch(), null, checksum));
            return;
        }
        try {
            for (Record record : batch) {
                String key = StandardCharsets.UTF_8.decode(record.key()).toString();
                records.add(new Stored(record.offset(), batch.partitionLeaderEpoch(), key, checksum));
            }
        } catch (KafkaException e) {
            records.add(new Stored(batch.baseOffset(), batch.partitionLeaderEpoch(), null, checksum));
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> names = Files.list(directory)) {
            return names.sorted().toList();
        }
    }
}
