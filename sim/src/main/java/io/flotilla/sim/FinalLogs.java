package io.flotilla.sim;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/** Reads what every replica holds in the end, and adds it to the history. */
final class FinalLogs {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LOOK_AGAIN_MS = 500;

    private final History history;
    private final SimWorld world;
    private final SimCluster cluster;
    private final BooleanSupplier atRest;
    private int reading;

    /** @param atRest whether nothing is damaged, stopped or behind */
    FinalLogs(History history, SimWorld world, SimCluster cluster, BooleanSupplier atRest) {
        this.history = history;
        this.world = world;
        this.cluster = cluster;
        this.atRest = atRest;
    }

    /** Begins to read; done when {@link #isDone}. */
    void read() {
        for (SimBroker broker : cluster.all()) {
            for (Replica replica : broker.broker().replicas().all()) {
                reading++;
                new Reading(broker, replica).start();
            }
        }
    }

    /** A damaged replica that could not be repaired in place was copied anew: what it holds then is what counts. */
    private void readReplacement(SimBroker broker, Replica replaced) {
        Replica replica = broker.broker().replicas().get(replaced.id());
        if (replica == replaced) {
            world.fail(replica.name() + " on broker " + broker.id() + " is open, but its log is closed", null);
        } else if (replica != null && atRest.getAsBoolean()) {
            new Reading(broker, replica).start();
        } else {
            world.after(LOOK_AGAIN_MS * SimWorld.MILLIS, () -> readReplacement(broker, replaced));
        }
    }

    boolean isDone() {
        return reading == 0;
    }

    private final class Reading {
        private final SimBroker broker;
        private final Replica replica;
        private final PartitionLog log;
        private final List<Event.Stored> records = new ArrayList<>();
        private final boolean ofClients;
        private final boolean isCompacted;

        Reading(SimBroker broker, Replica replica) {
            this.broker = broker;
            this.replica = replica;
            this.log = replica.log();
            this.ofClients = !replica.name().startsWith("__");
            this.isCompacted = replica.config().compact() && !replica.id().equals(PartitionId.METADATA);
        }

        void start() {
            replica.loop().execute(() -> readFrom(log.firstIndex()));
        }

        private void readFrom(long from) {
            // Some may have been deleted meanwhile.
            long index = Math.max(from, log.firstIndex());
            if (index > log.committedIndex()) {
                finish();
                return;
            }
            log.readEntries(index, log.committedIndex(), CHUNK_BYTES).whenComplete((result, failure) -> {
                if (result instanceof ReadResult.Batches batches) {
                    add(batches.bytes());
                    batches.bytes().release();
                    readFrom(batches.lastIndex() + 1);
                } else if (result instanceof ReadResult.Damaged) {
                    // The scrub finds it too, and has it repaired.
                    replica.loop().schedule(() -> readFrom(index), LOOK_AGAIN_MS);
                } else if (result instanceof ReadResult.OutOfRange && index < log.firstIndex()) {
                    readFrom(index);
                } else if (result instanceof ReadResult.Closed) {
                    world.after(0, () -> readReplacement(broker, replica));
                } else {
                    world.fail(
                            replica.name() + " on broker " + broker.id() + " cannot be read at index " + index + ": "
                                    + result,
                            failure);
                }
            });
        }

        private void add(ByteBuf bytes) {
            BatchCursor cursor = new BatchCursor().wrap(bytes);
            while (cursor.next() == BatchCursor.Step.BATCH) {
                RecordBatch batch = cursor.batch();
                if (!batch.isRaftEntry()) {
                    long checksum = checksum(batch);
                    Records.list(batch, CHUNK_BYTES).forEach(record -> records.add(stored(record, batch, checksum)));
                }
            }
        }

        private Event.Stored stored(Record record, RecordBatch batch, long checksum) {
            String id = ofClients ? KeyedRecords.id(record) : null;
            int term = batch.partitionLeaderEpoch();
            return isCompacted
                    ? new Event.Stored(
                            record.offset(),
                            term,
                            id,
                            record.timestamp() * 31 + Objects.hash(record.value(), record.headers()),
                            ByteBufUtil.hexDump(record.key()),
                            record.value() == null)
                    : new Event.Stored(record.offset(), term, id, checksum);
        }

        private static long checksum(RecordBatch batch) {
            CRC32C crc = new CRC32C();
            ByteBuffer bytes = batch.buffer().nioBuffer(batch.position(), batch.sizeInBytes());
            crc.update(bytes);
            return crc.getValue();
        }

        private void finish() {
            long start = log.logStartOffset();
            int dash = replica.name().lastIndexOf('-');
            Partition partition = new Partition(
                    replica.name().substring(0, dash), replica.id().partition());
            history.add(new Event.ReplicaLog(
                    "broker " + broker.id(),
                    partition,
                    start,
                    log.offsetAfter(log.committedIndex()),
                    records.stream().filter(record -> record.offset() >= start).toList()));
            reading--;
        }
    }
}
