package io.flotilla.log;

import io.flotilla.log.index.TermStart;
import io.flotilla.log.state.ProducerState;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A log as a plain list of entries: what a {@link PartitionLog} must be indistinguishable from. */
final class LogModel {
    /** One batch or Raft entry. */
    record Entry(
            long firstIndex,
            long lastIndex,
            int term,
            long baseOffset,
            long nextOffset,
            boolean raft,
            String bytes,
            ProducerState.Description producer) {

        boolean holds(long index) {
            return firstIndex <= index && index <= lastIndex;
        }
    }

    private final List<Entry> entries;

    LogModel() {
        this.entries = new ArrayList<>();
    }

    private LogModel(List<Entry> entries) {
        this.entries = new ArrayList<>(entries);
    }

    LogModel copy() {
        return new LogModel(entries);
    }

    List<Entry> entries() {
        return entries;
    }

    long lastIndex() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).lastIndex();
    }

    int lastTerm() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).term();
    }

    long endOffset() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).nextOffset();
    }

    long offsetAfter(long index) {
        return entries.stream()
                .filter(entry -> entry.lastIndex() <= index)
                .reduce((first, second) -> second)
                .map(Entry::nextOffset)
                .orElse(0L);
    }

    /** Parses stamped batches that follow an index. */
    static List<Entry> parse(ByteBuf batches, long firstIndex) {
        List<Entry> result = new ArrayList<>();
        BatchCursor cursor = new BatchCursor().wrap(batches);
        long index = firstIndex;
        BatchCursor.Step step = cursor.next();
        for (; step == BatchCursor.Step.BATCH; step = cursor.next()) {
            RecordBatch batch = cursor.batch();
            long last = batch.isRaftEntry() ? index : index + batch.offsetCount() - 1;
            String bytes = HexFormat.of()
                    .formatHex(ByteBufUtil.getBytes(batches, batch.position(), batch.sizeInBytes(), true));
            ProducerState.Description producer = !batch.hasProducerId()
                    ? null
                    : new ProducerState.Description(
                            batch.producerId(), batch.producerEpoch(), batch.lastSequence(), batch.maxTimestamp());
            result.add(new Entry(
                    index,
                    last,
                    batch.partitionLeaderEpoch(),
                    batch.baseOffset(),
                    batch.nextOffset(),
                    batch.isRaftEntry(),
                    bytes,
                    producer));
            index = last + 1;
        }
        if (step != BatchCursor.Step.END) {
            throw new IllegalArgumentException("Not whole batches: " + step);
        }
        return result;
    }

    void append(List<Entry> added) {
        entries.addAll(added);
    }

    void truncateFrom(long index) {
        entries.removeIf(entry -> entry.lastIndex() >= index);
    }

    List<Entry> between(long from, long last) {
        return entries.stream()
                .filter(entry -> entry.lastIndex() >= from && entry.lastIndex() <= last)
                .toList();
    }

    /** Whether these entries stand in this log, contiguous. */
    boolean contains(List<Entry> others) {
        return others.isEmpty()
                || between(
                                others.get(0).firstIndex(),
                                others.get(others.size() - 1).lastIndex())
                        .equals(others);
    }

    List<TermStart> termStarts() {
        List<TermStart> starts = new ArrayList<>();
        int term = 0;
        for (Entry entry : entries) {
            if (entry.term() > term) {
                term = entry.term();
                starts.add(new TermStart(term, entry.firstIndex(), entry.baseOffset()));
            }
        }
        return starts;
    }

    Map<Long, ProducerState.Description> producers() {
        Map<Long, ProducerState.Description> last = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (entry.producer() != null) {
                last.put(entry.producer().producerId(), entry.producer());
            }
        }
        return last;
    }
}
