package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.maintain.CompactionPlan;
import io.flotilla.log.maintain.Compactor;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.Records;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Drives a log of keyed records with compactions, beside the list of all records ever appended: what a reader from the start must
 * make of the log. Everything follows from the seed.
 */
final class CompactionWorkload {
    static final long DELETE_RETENTION_MS = 2_000;
    private static final int KEYS = 12;

    /** A record as it was appended, and when, if it is a tombstone. */
    record Written(long offset, String key, String value, long atMs) {}

    final LogFixture fixture = new LogFixture();
    final Random random;
    /** By offset: all records appended and not lost in a crash. */
    final TreeMap<Long, Written> written = new TreeMap<>();

    /** Index and term of each Raft entry. */
    private final TreeMap<Long, Integer> raftEntries = new TreeMap<>();

    private record Produced(long producer, int lastSequence) {}

    /** By offset. */
    private final TreeMap<Long, Produced> produced = new TreeMap<>();

    private int term = 1;
    private int value;
    private long committed;
    /** Indexes at which batches end. */
    private final TreeSet<Long> ends = new TreeSet<>();

    long keyMapBytes;

    CompactionWorkload(long seed) {
        random = Seeds.random(seed);
        keyMapBytes = random.nextInt(3) == 0 ? 240 : 1 << 20;
        open();
    }

    private void open() {
        try {
            fixture.open();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void append() {
        if (random.nextInt(12) == 0) {
            openTerm();
            return;
        }
        List<Written> records = new ArrayList<>();
        long offset = fixture.log.logEndOffset();
        Compression compression = random.nextBoolean() ? Compression.NONE : Compression.LZ4;
        try (RecordBatchBuilder builder =
                new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT).compression(compression)) {
            int count = 1 + random.nextInt(4);
            if (random.nextBoolean()) {
                long producer = 1 + random.nextInt(3);
                int sequence = sequences().getOrDefault(producer, -1) + 1;
                builder.producer(producer, (short) 0, sequence);
                produced.put(offset, new Produced(producer, sequence + count - 1));
            }
            for (int i = 0; i < count; i++) {
                String key = "key-" + random.nextInt(KEYS);
                String text = random.nextInt(5) == 0 ? null : "value-" + value++ + "x".repeat(random.nextInt(60));
                builder.append(fixture.now + i, key, text);
                records.add(new Written(offset + i, key, text, fixture.now));
            }
            fixture.log.append(builder.build(), term, fixture.now);
        }
        records.forEach(record -> written.put(record.offset(), record));
    }

    private void openTerm() {
        fixture.log.append(Batches.leaderChange(1, ++term), term, fixture.now);
        raftEntries.put(fixture.log.lastIndex(), term);
    }

    private Map<Long, Integer> sequences() {
        Map<Long, Integer> last = new TreeMap<>();
        produced.values().forEach(batch -> last.put(batch.producer(), batch.lastSequence()));
        return last;
    }

    void commit() {
        fixture.tasks.runAll();
        committed =
                random.nextInt(4) > 0 || ends.isEmpty() ? fixture.log.lastIndex() : Math.max(committed, ends.last());
        fixture.log.committed(committed);
        ends.add(fixture.log.lastIndex());
    }

    void pass() {
        fixture.now += random.nextInt(1500);
        fixture.log.tick(fixture.now);
    }

    /** Some operations. */
    void work(int steps) {
        for (int i = 0; i < steps; i++) {
            append();
            if (random.nextInt(4) == 0) {
                commit();
            }
            if (random.nextInt(6) == 0) {
                pass();
            }
        }
        commit();
        fixture.log.tick(fixture.now);
        fixture.log.tick(fixture.now);
        fixture.tasks.runAll();
    }

    /** A whole compaction, with other work between its pieces. */
    void compact() throws IOException {
        CompactionSettings settings = new CompactionSettings(0, DELETE_RETENTION_MS, keyMapBytes);
        CompactionPlan plan = fixture.log.compaction().plan(settings, fixture.log.committedIndex(), fixture.now);
        fixture.tasks.runAll();
        if (plan == null) {
            return;
        }
        try (Compactor compactor = new Compactor(fixture.disk, plan)) {
            for (Compactor.Progress progress = compactor.step(300); ; progress = compactor.step(300)) {
                if (progress instanceof Compactor.Progress.Compacted compacted) {
                    var swapped = fixture.log.compaction().swap(compacted.segment());
                    if (random.nextBoolean()) {
                        append();
                    }
                    assertThat(fixture.await(swapped)).isTrue();
                } else if (progress instanceof Compactor.Progress.Done done) {
                    fixture.log.compaction().cleaned(done.cleanedTo());
                    fixture.tasks.runAll();
                    return;
                }
            }
        }
    }

    /** Compactions until nothing is dirty. */
    void compactAll() throws IOException {
        for (int i = 0; i < 100; i++) {
            compact();
            if (fixture.log.compaction().backlog(fixture.now, 0).dirtyBytes() == 0) {
                return;
            }
        }
        throw new AssertionError("compaction does not come to an end");
    }

    /** What stands in the log, by offset. */
    TreeMap<Long, Written> read() {
        TreeMap<Long, Written> found = new TreeMap<>();
        long index = fixture.log.firstIndex();
        long offset = fixture.log.offsetAfter(index - 1);
        while (index <= fixture.log.lastIndex()) {
            ReadResult.Batches batches = fixture.entries(index, fixture.log.lastIndex(), 1 + random.nextInt(2000));
            BatchCursor cursor = new BatchCursor().wrap(batches.bytes());
            while (cursor.next() == BatchCursor.Step.BATCH) {
                RecordBatch batch = cursor.batch();
                assertThat(batch.isCrcValid()).isTrue();
                assertThat(batch.baseOffset()).isEqualTo(offset);
                assertThat(batch.isRaftEntry()).isEqualTo(raftEntries.containsKey(index));
                assertThat(batch.partitionLeaderEpoch()).isEqualTo(fixture.log.termAt(index));
                if (!batch.isRaftEntry()) {
                    for (Record record : Records.list(batch, 1 << 20)) {
                        found.put(
                                record.offset(), new Written(record.offset(), record.keyText(), record.valueText(), 0));
                    }
                }
                index += batch.isRaftEntry() ? 1 : batch.offsetCount();
                offset = batch.nextOffset();
            }
            assertThat(batches.lastIndex()).isEqualTo(index - 1);
            batches.bytes().release();
        }
        assertThat(offset).isEqualTo(fixture.log.logEndOffset());
        return found;
    }

    /** Holds what a reader finds against what was appended. */
    void check() {
        TreeMap<Long, Written> found = read();
        Map<String, Written> newest = new LinkedHashMap<>();
        written.values().forEach(record -> newest.put(record.key(), record));
        Map<String, String> seen = new LinkedHashMap<>();
        found.values().forEach(record -> {
            Written original = written.get(record.offset());
            assertThat(original).as("record at %d", record.offset()).isNotNull();
            assertThat(record.key()).isEqualTo(original.key());
            assertThat(record.value()).isEqualTo(original.value());
            seen.put(record.key(), record.value());
        });
        newest.forEach((key, record) -> {
            assertThat(seen.get(key)).as("what is left of %s", key).isEqualTo(record.value());
            boolean young = fixture.now - record.atMs() < DELETE_RETENTION_MS;
            if (record.value() != null || young) {
                assertThat(found.containsKey(record.offset()))
                        .as("%s is there", record)
                        .isTrue();
            }
        });
        Map<Long, Integer> last = new TreeMap<>();
        fixture.log
                .producers()
                .describe()
                .forEach(producer -> last.put(producer.producerId(), producer.lastSequence()));
        assertThat(last).isEqualTo(sequences());
    }

    /** Opens the log after a crash. */
    void reopen() throws IOException {
        fixture.open();
        fixture.tasks.runAll();
        assertThat(fixture.log.isForgetful()).isFalse();
        assertThat(fixture.log.lastIndex()).isGreaterThanOrEqualTo(committed);
        written.tailMap(fixture.log.logEndOffset()).clear();
        produced.tailMap(fixture.log.logEndOffset()).clear();
        raftEntries.tailMap(fixture.log.lastIndex() + 1).clear();
        ends.clear();
        openTerm();
    }
}
