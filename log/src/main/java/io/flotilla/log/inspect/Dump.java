package io.flotilla.log.inspect;

import io.flotilla.log.Configuration;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.index.IndexFiles;
import io.flotilla.log.index.TermStart;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.redo.RedoLap;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.Ids;
import io.flotilla.log.state.InvalidSnapshotException;
import io.flotilla.log.state.JournalContent;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.log.state.PartitionMetadata;
import io.flotilla.log.state.SegmentState;
import io.flotilla.log.state.Snapshot;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import io.flotilla.wire.record.TimestampType;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Says what is in the files of a log directory, in the order in which it stands there. Blocking; not thread-safe. */
public final class Dump {
    private static final int MOST_DECOMPRESSED_BYTES = 1 << 29;

    private final FileSystem files;
    private final boolean records;
    private final Consumer<Fact> out;

    /**
     * @param records also say what is in the batches of records
     * @param out is given each fact
     */
    public Dump(FileSystem files, boolean records, Consumer<Fact> out) {
        this.files = files;
        this.records = records;
        this.out = out;
    }

    /** Dumps a log directory, a partition's directory, or whatever of these is in a directory. */
    public void directory(Path directory) throws IOException {
        for (String name : files.list(directory)) {
            Path path = directory.resolve(name);
            if (isKnown(name)) {
                file(path);
            } else if (files.exists(path.resolve(PartitionMetadata.FILE))) {
                directory(path);
            }
        }
    }

    private static boolean isKnown(String name) {
        return name.equals(MetaProperties.FILE)
                || name.equals(PartitionMetadata.FILE)
                || name.equals(HardStateJournal.FILE)
                || RedoJournal.isFile(name)
                || name.endsWith(SegmentFiles.LOG)
                || name.endsWith(SegmentFiles.INDEX)
                || name.endsWith(SegmentFiles.TIME_INDEX)
                || name.endsWith(SegmentFiles.SNAPSHOT);
    }

    /** Dumps a file, of which the name tells what it is. */
    public void file(Path file) throws IOException {
        String name = file.getFileName().toString();
        out.accept(new Fact("file").with("path", file.toString()));
        try {
            if (name.equals(HardStateJournal.FILE)) {
                journal(file);
            } else if (RedoJournal.isFile(name)) {
                redo(file);
            } else if (name.equals(MetaProperties.FILE) || name.equals(PartitionMetadata.FILE)) {
                SmallFiles.readText(files, file)
                        .lines()
                        .forEach(line -> out.accept(new Fact("line").with("text", line)));
            } else if (name.endsWith(SegmentFiles.TIME_INDEX)) {
                timeIndex(file);
            } else if (name.endsWith(SegmentFiles.INDEX)) {
                offsetIndex(file);
            } else if (name.endsWith(SegmentFiles.SNAPSHOT)) {
                snapshot(file);
            } else {
                segment(file);
            }
        } catch (NoSuchFileException e) {
            problem(0, "is no longer there");
        }
    }

    private void problem(long position, String what) {
        out.accept(new Fact("problem").with("position", position).with("what", what));
    }

    // ---- Segments

    private void segment(Path file) throws IOException {
        try (SegmentWalk walk = new SegmentWalk(files, file)) {
            for (SegmentWalk.Step step = walk.next(); step != SegmentWalk.Step.END; step = walk.next()) {
                if (step == SegmentWalk.Step.GAP) {
                    problem(
                            walk.position(),
                            "no batch begins here; " + (walk.nextPosition() - walk.position()) + " bytes skipped");
                } else {
                    batch(walk);
                }
            }
        }
    }

    private void batch(SegmentWalk walk) {
        RecordBatch batch = walk.batch();
        try {
            if (batch.isRaftEntry()) {
                out.accept(place(walk, raftEntry(batch)));
            } else {
                out.accept(place(walk, records(batch)));
                if (records) {
                    Records.forEach(batch, MOST_DECOMPRESSED_BYTES, record -> out.accept(RecordFacts.of(record)));
                }
            }
        } catch (InvalidBatchException | IndexOutOfBoundsException e) {
            problem(walk.position(), "the batch cannot be read: " + e.getMessage());
        }
        if (!walk.isCrcValid()) {
            problem(walk.position(), "CRC mismatch");
        }
    }

    private static Fact place(SegmentWalk walk, Fact fact) {
        return fact.with("position", walk.position())
                .with("bytes", walk.batch().sizeInBytes())
                .with("crc", "%08x".formatted(walk.batch().crc()))
                .with("valid", walk.isCrcValid());
    }

    private static Fact raftEntry(RecordBatch batch) {
        RaftEntryBatch entry = RaftEntryBatch.parse(batch);
        Fact fact = new Fact("raft-entry")
                .with("type", entry.type().name())
                .with("term", batch.partitionLeaderEpoch())
                .with("nextOffset", batch.baseOffset())
                .withTime("timestamp", batch.maxTimestamp());
        switch (entry.type()) {
            case LEADER_CHANGE ->
                fact.with("leader", entry.value().getInt(entry.value().readerIndex() + Short.BYTES));
            case LOG_START -> fact.with("logStartOffset", entry.logStartOffset());
            case VOTERS -> RecordFacts.add(fact, "configuration", entry.value());
        }
        return fact;
    }

    private static Fact records(RecordBatch batch) {
        Fact fact = new Fact("batch")
                .with("baseOffset", batch.baseOffset())
                .with("lastOffset", batch.lastOffset())
                .with("records", batch.recordCount())
                .with("term", batch.partitionLeaderEpoch())
                .with("compression", batch.compression().name().toLowerCase(Locale.ROOT))
                .with(
                        "timestampType",
                        batch.timestampType() == TimestampType.CREATE_TIME ? "CreateTime" : "LogAppendTime")
                .withTime("maxTimestamp", batch.maxTimestamp())
                .with("transactional", batch.isTransactional() ? true : null)
                .with("control", batch.isControl() ? true : null)
                .withTime("deleteHorizon", batch.deleteHorizon());
        if (batch.hasProducerId()) {
            fact.with("producerId", batch.producerId())
                    .with("producerEpoch", batch.producerEpoch())
                    .with("baseSequence", batch.baseSequence())
                    .with("lastSequence", batch.lastSequence());
        }
        return fact;
    }

    // ---- Indexes

    private void offsetIndex(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(SmallFiles.read(files, file));
        long base = baseOffset(file, SegmentFiles.INDEX);
        while (in.remaining() >= IndexFiles.OFFSET_ENTRY) {
            out.accept(new Fact("offset-index")
                    .with("lastOffset", base + in.getInt())
                    .with("position", in.getInt()));
        }
        checkRest(in);
    }

    private void timeIndex(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(SmallFiles.read(files, file));
        long base = baseOffset(file, SegmentFiles.TIME_INDEX);
        while (in.remaining() >= 2 * IndexFiles.TIME_ENTRY) {
            out.accept(
                    new Fact("time-index").withTime("timestamp", in.getLong()).with("lastOffset", base + in.getInt()));
        }
        if (in.remaining() == IndexFiles.TIME_ENTRY) {
            out.accept(new Fact("time-index-end").with("crc", "%08x".formatted(in.getLong())));
            in.getInt();
        }
        checkRest(in);
    }

    private static long baseOffset(Path file, String suffix) {
        return Math.max(0, SegmentFiles.number(file.getFileName().toString(), suffix));
    }

    private void checkRest(ByteBuffer in) {
        if (in.hasRemaining()) {
            problem(in.position(), "the last entry is cut short");
        }
    }

    // ---- State

    private void snapshot(Path file) throws IOException {
        Snapshot snapshot;
        try {
            snapshot = Snapshot.decode(SmallFiles.read(files, file));
        } catch (InvalidSnapshotException e) {
            problem(0, "the snapshot cannot be read: " + e.getMessage());
            return;
        }
        out.accept(new Fact("snapshot")
                .with("index", snapshot.index())
                .with("term", snapshot.term())
                .with("logStartOffset", snapshot.logStartOffset())
                .with("endOffset", snapshot.endOffset()));
        for (SegmentState segment : snapshot.segments()) {
            out.accept(new Fact("segment")
                    .with("baseOffset", segment.baseOffset())
                    .with("baseIndex", segment.baseIndex())
                    .with("bytes", segment.size())
                    .withTime("maxTimestamp", segment.maxTimestamp()));
        }
        for (TermStart start : snapshot.termStarts().list()) {
            out.accept(new Fact("term-start")
                    .with("term", start.term())
                    .with("index", start.index())
                    .with("offset", start.offset()));
        }
        for (Configuration configuration : snapshot.configurations()) {
            Fact fact = new Fact("configuration").with("index", configuration.index());
            RecordFacts.add(fact, "configuration", Unpooled.wrappedBuffer(configuration.bytes()));
            out.accept(fact);
        }
        snapshot.producers()
                .describe()
                .forEach(producer -> out.accept(new Fact("producer")
                        .with("producerId", producer.producerId())
                        .with("producerEpoch", producer.epoch())
                        .with("lastSequence", producer.lastSequence())
                        .withTime("lastTimestamp", producer.lastTimestamp())));
    }

    private void journal(Path file) throws IOException {
        JournalContent content = JournalContent.read(files, file);
        content.groups()
                .forEach(group -> out.accept(new Fact("group")
                        .with("topicId", Ids.format(group.id().topicId()))
                        .with("partition", group.id().partition())
                        .with("term", group.state().term())
                        .with("votedFor", group.state().votedFor())
                        .with("committed", group.committed())));
        if (content.problem() != null) {
            problem(content.wholeBytes(), content.problem());
        }
    }

    private void redo(Path file) throws IOException {
        Optional<MetaProperties> owner = MetaProperties.read(files, file.getParent());
        if (owner.isEmpty()) {
            problem(0, "cannot be read without the " + MetaProperties.FILE + " of its directory");
            return;
        }
        RedoLap lap = RedoLap.read(files, file, owner.get().directoryId());
        out.accept(new Fact("redo-lap").with("lap", lap.lap()).with("frames", lap.frames()));
        for (RedoLap.Entry entry : lap.entries()) {
            Fact fact = new Fact(entry.length() == 0 ? "redo-barrier" : "redo-append")
                    .with("frame", entry.frame())
                    .with("topicId", Ids.format(entry.group().topicId()))
                    .with("partition", entry.group().partition());
            out.accept(
                    entry.length() == 0
                            ? fact
                            : fact.with("segment", entry.baseOffset())
                                    .with("position", entry.position())
                                    .with("bytes", entry.length()));
        }
        if (lap.isDamaged()) {
            problem(lap.wholeBytes(), RedoLap.DAMAGE);
        }
    }
}
