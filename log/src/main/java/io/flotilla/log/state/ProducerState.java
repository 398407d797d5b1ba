package io.flotilla.log.state;

import io.flotilla.wire.record.EmptyBatch;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The idempotent producers of one log (KIP-98): what each appended last, so that a repeated batch is told from a new one and
 * a gap is noticed. It follows the log: every batch appended counts, committed or not, and a truncation takes its batches
 * back exactly. Not thread-safe.
 */
public final class ProducerState {
    /** Answer to {@link #check}. */
    public sealed interface Check {
        /** It may be appended. */
        record Ok() implements Check {}

        /** It is already in the log at these offsets: answer the producer as then, once the last one is committed. */
        record Duplicate(long baseOffset, long lastOffset, long timestamp) implements Check {}

        /**
         * It is in the log and committed, too long ago to tell where: DUPLICATE_SEQUENCE_NUMBER, which producers take for
         * success. It comes about when a producer goes on with the next leader while the last one still owes it an answer.
         */
        record OldDuplicate() implements Check {}

        /** A sequence number was left out: OUT_OF_ORDER_SEQUENCE_NUMBER. */
        record OutOfOrder(int expected) implements Check {}

        /** A newer incarnation of the producer has written: INVALID_PRODUCER_EPOCH. */
        record StaleEpoch(short currentEpoch) implements Check {}
    }

    /**
     * One producer, for DescribeProducers.
     *
     * @param lastTimestamp largest timestamp of its last batch
     */
    public record Description(long producerId, short epoch, int lastSequence, long lastTimestamp) {}

    private static final Check OK = new Check.Ok();
    private static final Check OLD_DUPLICATE = new Check.OldDuplicate();

    private final LongObjectHashMap<Producer> producers = new LongObjectHashMap<>();
    private Producer oldest;
    private Producer newest;
    /** A producer was forgotten here, so one that is not known may be that one, and go on where it was. */
    private boolean forgetful;

    /**
     * Whether a batch may be appended now. A producer that has never written here begins with sequence number 0: what it sent
     * before may have met a broker that did not lead yet, and is still to come again (KAFKA-15591).
     */
    public Check check(long producerId, short epoch, int firstSequence, int lastSequence) {
        Producer producer = producers.get(producerId);
        if (producer == null) {
            return firstSequence == 0 || forgetful ? OK : new Check.OutOfOrder(0);
        }
        ProducedBatch last = producer.last();
        if (epoch < last.epoch()) {
            return new Check.StaleEpoch(last.epoch());
        }
        if (epoch > last.epoch()) {
            return firstSequence == 0 ? OK : new Check.OutOfOrder(0);
        }
        int expected = RecordBatch.addToSequence(last.lastSequence(), 1);
        if (firstSequence == expected) {
            return OK;
        }
        ProducedBatch same = producer.find(firstSequence, lastSequence);
        if (same != null) {
            return new Check.Duplicate(same.baseOffset(), same.lastOffset(), same.timestamp());
        }
        return producer.wroteLongAgo(firstSequence, lastSequence) ? OLD_DUPLICATE : new Check.OutOfOrder(expected);
    }

    /** Notes a batch appended with this index for its last record, if an idempotent producer wrote it. */
    public void append(RecordBatch batch, long lastIndex, long committedIndex, long nowMs) {
        if (!batch.hasProducerId() || batch.isControl()) {
            // What compaction removed may be all that was written by producers that go on where they were.
            forgetful |= EmptyBatch.is(batch);
            return;
        }
        Producer producer = seen(batch.producerId(), nowMs);
        ProducedBatch produced = new ProducedBatch(
                lastIndex,
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.lastSequence(),
                batch.baseOffset(),
                batch.maxTimestamp(),
                producer.before(batch.producerEpoch(), batch.baseSequence()));
        producer.add(produced, committedIndex);
    }

    /** A producer, new or known, that is now the one seen last. */
    private Producer seen(long producerId, long nowMs) {
        Producer producer = producers.get(producerId);
        if (producer == null) {
            producer = new Producer(producerId);
            producers.put(producerId, producer);
        } else {
            unlink(producer);
        }
        producer.lastSeenMs = nowMs;
        linkAsNewest(producer);
        return producer;
    }

    /** Takes back the batches that end at or after an index. */
    public void truncateFrom(long index) {
        for (Producer producer = oldest; producer != null; ) {
            Producer next = producer.newer;
            producer.truncateFrom(index);
            if (producer.isEmpty()) {
                remove(producer);
            }
            producer = next;
        }
    }

    /** Forgets producers silent for longer than {@code expirationMs}, and those silent for longest beyond {@code most}. */
    public void expire(long nowMs, long expirationMs, int most, long committedIndex) {
        while (oldest != null
                && oldest.last().index() <= committedIndex
                && (nowMs - oldest.lastSeenMs > expirationMs || producers.size() > most)) {
            remove(oldest);
            forgetful = true;
        }
    }

    /** Base offsets, in no order, of all batches remembered: with what they say of their producers, they tell repeated ones. */
    public long[] batchOffsets() {
        LongStream.Builder offsets = LongStream.builder();
        for (Producer producer = oldest; producer != null; producer = producer.newer) {
            producer.forEach(batch -> offsets.add(batch.baseOffset()));
        }
        return offsets.build().toArray();
    }

    /** How many producers are known. */
    public int size() {
        return producers.size();
    }

    /** All producers, the one silent for longest first. */
    public List<Description> describe() {
        List<Description> result = new ArrayList<>(producers.size());
        for (Producer producer = oldest; producer != null; producer = producer.newer) {
            ProducedBatch last = producer.last();
            result.add(new Description(producer.id, last.epoch(), last.lastSequence(), last.timestamp()));
        }
        return result;
    }

    /**
     * Writes the state as of an index: batches after it are left out.
     *
     * <p>Layout: whether any was forgotten int8, count int32; for each producer: id int64, last seen int64, batches int8; for
     * each batch: index int64, epoch int16, first and last sequence int32, base offset int64, timestamp int64, how many
     * records are known to come before it int32.
     */
    public void writeTo(ByteBuf out, long upToIndex) {
        out.writeBoolean(forgetful);
        int countAt = out.writerIndex();
        int count = 0;
        out.writeInt(0);
        for (Producer producer = oldest; producer != null; producer = producer.newer) {
            List<ProducedBatch> batches = producer.remembered(upToIndex);
            if (!batches.isEmpty()) {
                count++;
                out.writeLong(producer.id).writeLong(producer.lastSeenMs).writeByte(batches.size());
                batches.forEach(batch -> write(out, batch));
            }
        }
        out.setInt(countAt, count);
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @param before it says of each batch how many records are known to come before it
     */
    public static ProducerState readFrom(ByteBuf in, boolean before) {
        ProducerState state = new ProducerState();
        state.forgetful = in.readBoolean();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long id = in.readLong();
            long lastSeenMs = in.readLong();
            Producer producer = state.seen(id, lastSeenMs);
            int batches = in.readByte();
            for (int j = 0; j < batches; j++) {
                producer.add(readBatch(in, before), Long.MAX_VALUE);
            }
        }
        return state;
    }

    private static void write(ByteBuf out, ProducedBatch batch) {
        out.writeLong(batch.index()).writeShort(batch.epoch());
        out.writeInt(batch.firstSequence()).writeInt(batch.lastSequence());
        out.writeLong(batch.baseOffset()).writeLong(batch.timestamp()).writeInt(batch.before());
    }

    private static ProducedBatch readBatch(ByteBuf in, boolean before) {
        return new ProducedBatch(
                in.readLong(),
                in.readShort(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                before ? in.readInt() : 0);
    }

    private void remove(Producer producer) {
        unlink(producer);
        producers.remove(producer.id);
    }

    private void unlink(Producer producer) {
        if (producer.older == null) {
            oldest = producer.newer;
        } else {
            producer.older.newer = producer.newer;
        }
        if (producer.newer == null) {
            newest = producer.older;
        } else {
            producer.newer.older = producer.older;
        }
        producer.older = null;
        producer.newer = null;
    }

    private void linkAsNewest(Producer producer) {
        producer.older = newest;
        if (newest == null) {
            oldest = producer;
        } else {
            newest.newer = producer;
        }
        newest = producer;
    }
}
