package io.flotilla.log.state;

import io.flotilla.wire.record.RecordBatch;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is known of one idempotent producer in one log: its newest batches, oldest first. All those not known to be
 * committed are kept, so that a truncation can take them back exactly, and before them the newest {@link #REMEMBERED}.
 */
final class Producer {
    /** Batches that can be told when repeated: as many as a client keeps in flight (KIP-98). */
    static final int REMEMBERED = 5;

    final long id;
    /** When the newest batch came, by the clock of this broker, in milliseconds. */
    long lastSeenMs;

    /** Neighbours in the order of {@link #lastSeenMs}. */
    Producer older;

    Producer newer;

    private ProducedBatch[] batches = new ProducedBatch[2];
    private int size;

    Producer(long id) {
        this.id = id;
    }

    boolean isEmpty() {
        return size == 0;
    }

    ProducedBatch last() {
        return batches[size - 1];
    }

    /** The newest {@link #REMEMBERED} batches at most of those up to an index, oldest first. */
    List<ProducedBatch> remembered(long upToIndex) {
        int end = size;
        while (end > 0 && batches[end - 1].index() > upToIndex) {
            end--;
        }
        return List.of(Arrays.copyOfRange(batches, Math.max(0, end - REMEMBERED), end));
    }

    /** Passes all batches kept, oldest first. */
    void forEach(Consumer<ProducedBatch> visitor) {
        for (int i = 0; i < size; i++) {
            visitor.accept(batches[i]);
        }
    }

    /** How many records are known to come, one sequence number after the other, before a batch that is to be added. */
    int before(short epoch, int firstSequence) {
        boolean isNext = size > 0
                && last().epoch() == epoch
                && firstSequence == RecordBatch.addToSequence(last().lastSequence(), 1);
        return isNext ? last().beforeNext() : 0;
    }

    void add(ProducedBatch batch, long committedIndex) {
        int excess = 0;
        while (excess + REMEMBERED < size && batches[excess + REMEMBERED].index() <= committedIndex) {
            excess++;
        }
        if (excess > 0) {
            dropOldest(excess);
        }
        if (size == batches.length) {
            batches = Arrays.copyOf(batches, size * 2);
        }
        batches[size++] = batch;
    }

    void truncateFrom(long index) {
        while (size > 0 && batches[size - 1].index() >= index) {
            batches[--size] = null;
        }
    }

    /** The same batch, if it is one of those kept of the producer's present epoch. */
    ProducedBatch find(int firstSequence, int lastSequence) {
        short epoch = last().epoch();
        for (int i = size - 1; i >= 0 && batches[i].epoch() == epoch; i--) {
            ProducedBatch batch = batches[i];
            if (batch.firstSequence() == firstSequence && batch.lastSequence() == lastSequence) {
                return batch;
            }
        }
        return null;
    }

    /** Whether the producer's present epoch wrote these sequence numbers before all that is kept of it: they are committed. */
    boolean wroteLongAgo(int firstSequence, int lastSequence) {
        int oldest = size - 1;
        while (oldest > 0 && batches[oldest - 1].epoch() == last().epoch()) {
            oldest--;
        }
        return batches[oldest].follows(firstSequence, lastSequence);
    }

    private void dropOldest(int count) {
        System.arraycopy(batches, count, batches, 0, size - count);
        Arrays.fill(batches, size - count, size, null);
        size -= count;
    }
}
