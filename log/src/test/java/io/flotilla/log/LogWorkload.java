package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.LogModel.Entry;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.state.ProducerState;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Drives a log with random operations beside a {@link LogModel}, and compares the two. Everything follows from the seed.
 */
final class LogWorkload {
    final LogFixture fixture = new LogFixture();
    final Random random;
    LogModel model = new LogModel();
    /** What the log has been since it was opened: after a crash it may be the beginning of any of these. */
    private final List<LogModel> versions = new ArrayList<>();

    private long committed;
    /** Reported durable and not truncated since: must survive anything. */
    private long stable;

    private int term = 1;
    /** The log was cut: what comes next begins a term. */
    private boolean cut;

    /** Reads need files; while none can be opened, they are not tried. */
    private boolean shortOfFiles;

    LogWorkload(long seed) {
        random = Seeds.random(seed);
        fixture.redoBytes = random.nextInt(4) == 0 ? 0 : 2048L << random.nextInt(8);
    }

    void open() throws IOException {
        fixture.open();
        versions.clear();
    }

    /** From now on only few files can be opened. */
    void openFewFiles() {
        shortOfFiles = true;
        fixture.openAtMost(random.nextInt(8));
    }

    /** Files can be opened again. */
    void openFreely() throws IOException {
        shortOfFiles = false;
        fixture.openFreely();
    }

    /** One random operation, and now and then some of the background's work. */
    void step() {
        int what = random.nextInt(16);
        switch (cut && what <= 7 ? 0 : what) {
            case 0 -> {
                append(Batches.leaderChange(1, ++term));
                cut = false;
            }
            case 1 -> append(Batches.voters(new byte[] {(byte) random.nextInt()}));
            case 2, 3, 4 -> append(someRecords());
            case 5, 6 -> append(producedRecords());
            case 7 -> appendReplicated();
            case 8 -> truncate();
            case 9, 10 -> commit();
            case 11 -> readEntries();
            case 12 -> fetch();
            case 13 -> logStart();
            case 14 -> tick();
            default -> fixture.directory.markCommitted();
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            fixture.tasks.runOne(random);
        }
        noteDurable();
    }

    private void noteDurable() {
        for (long index : fixture.durable) {
            assertThat(index).isLessThanOrEqualTo(model.lastIndex());
            stable = Math.max(stable, index);
        }
        fixture.durable.clear();
    }

    private ByteBuf someRecords() {
        Compression compression = random.nextBoolean() ? Compression.NONE : Compression.LZ4;
        long[] timestamps = random.longs(1 + random.nextInt(4), 0, 10_000).toArray();
        return Batches.records(compression, random.nextInt(200), timestamps);
    }

    private ByteBuf producedRecords() {
        long id = 1 + random.nextInt(3);
        ProducerState.Description last = model.producers().get(id);
        int epoch = last == null ? 0 : last.epoch() + (random.nextInt(5) == 0 ? 1 : 0);
        int sequence = last == null || epoch > last.epoch() ? 0 : RecordBatch.addToSequence(last.lastSequence(), 1);
        int count = 1 + random.nextInt(3);
        assertThat(fixture.log.producers().check(id, (short) epoch, sequence, sequence + count - 1))
                .isInstanceOf(ProducerState.Check.Ok.class);
        return Batches.produced(id, epoch, sequence, count, random.nextInt(100));
    }

    private void append(ByteBuf batch) {
        stamp(batch, model.endOffset());
        List<Entry> entries = LogModel.parse(batch, model.lastIndex() + 1);
        model.append(entries);
        assertThat(fixture.log.append(batch, term, fixture.now)).isEqualTo(model.lastIndex());
        comparePositions();
    }

    private void stamp(ByteBuf batch, long offset) {
        RecordBatch view = new RecordBatch().wrap(batch, batch.readerIndex());
        view.setBaseOffset(offset);
        view.setPartitionLeaderEpoch(term);
    }

    private void appendReplicated() {
        ByteBuf all = Unpooled.buffer();
        long offset = model.endOffset();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            ByteBuf batch = random.nextInt(5) == 0 ? Batches.leaderChange(1, ++term) : someRecords();
            stamp(batch, offset);
            offset = new RecordBatch().wrap(batch, 0).nextOffset();
            all.writeBytes(batch);
            batch.release();
        }
        model.append(LogModel.parse(all, model.lastIndex() + 1));
        fixture.log.appendReplicated(all, fixture.now);
        comparePositions();
    }

    private void truncate() {
        List<Entry> uncommitted = model.between(committed + 1, model.lastIndex());
        if (!uncommitted.isEmpty()) {
            long index = uncommitted.get(random.nextInt(uncommitted.size())).firstIndex();
            versions.add(model.copy());
            model.truncateFrom(index);
            cut = true;
            stable = Math.min(stable, index - 1);
            // Reports on their way may be void now; those delivered later must be about the new log.
            fixture.log.truncateFrom(index);
            fixture.durable.clear();
            term++;
            comparePositions();
        }
    }

    private void commit() {
        List<Entry> uncommitted = model.between(committed + 1, model.lastIndex());
        if (!uncommitted.isEmpty()) {
            committed = uncommitted.get(random.nextInt(uncommitted.size())).lastIndex();
            fixture.log.committed(committed);
        }
    }

    private void logStart() {
        long highWatermark = model.offsetAfter(committed);
        if (random.nextInt(3) == 0 && highWatermark > fixture.log.logStartOffset()) {
            long offset = highWatermark - random.nextInt((int) (highWatermark - fixture.log.logStartOffset()));
            if (cut || random.nextBoolean()) {
                fixture.log.advanceLogStart(offset);
            } else {
                append(Batches.logStart(offset));
            }
        }
    }

    private void tick() {
        fixture.now += random.nextInt(700);
        fixture.log.tick(fixture.now);
    }

    private void readEntries() {
        long first = fixture.log.firstIndex();
        if (model.lastIndex() < first || shortOfFiles) {
            return;
        }
        long from = first + random.nextInt((int) (model.lastIndex() - first + 1));
        long last = from + random.nextInt((int) (model.lastIndex() - from + 1));
        compareEntries(from, last, 1 + random.nextInt(2000));
    }

    private void compareEntries(long from, long last, int maxBytes) {
        ReadResult.Batches batches = fixture.entries(from, last, maxBytes);
        List<Entry> entries = LogModel.parse(batches.bytes(), batches.firstIndex());
        assertThat(model.contains(entries)).isTrue();
        List<Entry> expected = model.between(from, last);
        if (expected.isEmpty()) {
            assertThat(entries).isEmpty();
        } else {
            assertThat(entries).isNotEmpty();
            assertThat(entries.get(0)).isEqualTo(expected.get(0));
            assertThat(batches.lastIndex())
                    .isEqualTo(entries.get(entries.size() - 1).lastIndex());
            assertThat(entries.size() == 1 || batches.bytes().readableBytes() <= maxBytes)
                    .isTrue();
        }
        batches.bytes().release();
    }

    private void fetch() {
        long start = fixture.log.logStartOffset();
        long highWatermark = model.offsetAfter(committed);
        if (highWatermark <= start || shortOfFiles) {
            return;
        }
        long offset = start + random.nextInt((int) (highWatermark - start));
        ReadResult.Batches batches = fixture.fetch(offset, highWatermark, 1 + random.nextInt(2000));
        List<Entry> records = LogModel.parse(batches.bytes(), 0);
        assertThat(records).isNotEmpty().noneMatch(Entry::raft);
        List<String> expected = model.entries().stream()
                .filter(entry -> !entry.raft() && entry.nextOffset() > offset && entry.nextOffset() <= highWatermark)
                .map(Entry::bytes)
                .toList();
        assertThat(records.stream().map(Entry::bytes).toList()).isEqualTo(expected.subList(0, records.size()));
        assertThat(fixture.log.offsetAfter(batches.lastIndex()))
                .isEqualTo(records.get(records.size() - 1).nextOffset());
        batches.bytes().release();
    }

    private void comparePositions() {
        PartitionLog log = fixture.log;
        assertThat(log.lastIndex()).isEqualTo(model.lastIndex());
        assertThat(log.logEndOffset()).isEqualTo(model.endOffset());
        assertThat(log.lastTerm()).isEqualTo(model.lastTerm());
        assertThat(describe(log.producers())).isEqualTo(new TreeMap<>(model.producers()));
    }

    private static Map<Long, ProducerState.Description> describe(ProducerState producers) {
        Map<Long, ProducerState.Description> result = new TreeMap<>();
        producers.describe().forEach(producer -> result.put(producer.producerId(), producer));
        return result;
    }

    /** Compares everything that can be asked of the log. */
    void compareAll() {
        comparePositions();
        PartitionLog log = fixture.log;
        for (Entry entry : model.entries()) {
            if (entry.firstIndex() >= log.firstIndex()) {
                assertThat(log.termAt(entry.lastIndex())).isEqualTo(entry.term());
                assertThat(log.offsetAfter(entry.lastIndex())).isEqualTo(entry.nextOffset());
                if (!entry.raft()) {
                    assertThat(log.indexOf(entry.baseOffset())).isEqualTo(entry.firstIndex());
                }
                compareEntries(entry.firstIndex(), model.lastIndex(), 1);
            }
        }
        List<TermStart> starts = model.termStarts();
        List<TermStart> found = log.termStarts();
        assertThat(starts.subList(starts.size() - found.size(), starts.size())).isEqualTo(found);
    }

    /** After a clean stop nothing may be missing. */
    void closeAndReopen() throws IOException {
        fixture.close();
        noteDurable();
        open();
        assertThat(fixture.log.committedIndex()).isEqualTo(committed);
        compareAll();
        stable = model.lastIndex();
    }

    /** After a crash the log must be the beginning of something it has been, and hold at least what was durable. */
    void recover() throws IOException {
        cut = true;
        versions.add(model.copy());
        fixture.open();
        PartitionLog log = fixture.log;
        fixture.tasks.runAll();
        assertThat(log.lastIndex()).isGreaterThanOrEqualTo(stable);
        List<Entry> survivors = new ArrayList<>();
        long next = log.firstIndex();
        while (next <= log.lastIndex()) {
            ReadResult.Batches batches = fixture.entries(next, log.lastIndex(), 1 << 20);
            survivors.addAll(LogModel.parse(batches.bytes(), batches.firstIndex()));
            next = batches.lastIndex() + 1;
            batches.bytes().release();
        }
        List<Entry> mustBe = model.between(log.firstIndex(), stable);
        assertThat(survivors.subList(0, mustBe.size())).isEqualTo(mustBe);
        LogModel origin = versions.stream()
                .filter(version -> version.contains(survivors))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The log is nothing that was ever written: " + survivors));
        model = origin.copy();
        model.truncateFrom(log.lastIndex() + 1);
        versions.clear();
        stable = model.lastIndex();
        committed = log.committedIndex();
        term = Math.max(term, model.lastTerm());
        compareAll();
    }
}
