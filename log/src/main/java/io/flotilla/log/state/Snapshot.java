package io.flotilla.log.state;

import io.flotilla.log.Configuration;
import io.flotilla.log.index.RaftEntries;
import io.flotilla.log.index.TermStarts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What replaying a log up to an index would rebuild, so that it need not be replayed. It holds no user data: that stays in
 * the segments, to which it vouches for everything before it. Only committed state is ever written as a snapshot.
 *
 * <p>Layout: magic int32, CRC-32C int32 of all that follows, version int16, index int64, term int32, log start offset int64,
 * segments (count int32; each base offset, base index, size, max timestamp and its offset, int64 all), {@link RaftEntries},
 * {@link TermStarts}, configurations (count int32; each index int64, length int32, bytes), {@link ProducerState}, and since version
 * 2 {@link CompactionMarks} (cleaned to, altered to, int64 each).
 *
 * @param index last index it stands for
 * @param term term of the entry at that index
 * @param segments the log's segments then, oldest first; the last was the active one
 * @param configurations those in the log up to the index, and the one in force before the log's first index
 * @param compaction how far compaction has come
 */
public record Snapshot(
        long index,
        int term,
        long logStartOffset,
        List<SegmentState> segments,
        RaftEntries raftEntries,
        TermStarts termStarts,
        List<Configuration> configurations,
        ProducerState producers,
        CompactionMarks compaction) {

    private static final int MAGIC = 0x464C534E;
    private static final short VERSION = 3;
    private static final short SINCE_RECORDS_BEFORE = 3;
    private static final short SINCE_COMPACTION = 2;
    private static final int CHECKED_FROM = 8;

    /** The offset after the record at, or before, {@link #index}. */
    public long endOffset() {
        return raftEntries.offsetAfter(index);
    }

    /** The bytes to store or send. Copies everything, so the parts may change afterwards. */
    public byte[] encode() {
        ByteBuf out = Unpooled.buffer(256);
        out.writeInt(MAGIC).writeInt(0).writeShort(VERSION);
        out.writeLong(index).writeInt(term).writeLong(logStartOffset);
        out.writeInt(segments.size());
        for (SegmentState segment : segments) {
            out.writeLong(segment.baseOffset()).writeLong(segment.baseIndex()).writeLong(segment.size());
            out.writeLong(segment.maxTimestamp()).writeLong(segment.maxTimestampOffset());
        }
        raftEntries.writeTo(out);
        termStarts.writeTo(out);
        out.writeInt(configurations.size());
        for (Configuration configuration : configurations) {
            out.writeLong(configuration.index()).writeInt(configuration.bytes().length);
            out.writeBytes(configuration.bytes());
        }
        producers.writeTo(out, index);
        out.writeLong(compaction.cleanedTo()).writeLong(compaction.alteredTo());
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        Unpooled.wrappedBuffer(bytes).setInt(Integer.BYTES, crc(bytes));
        return bytes;
    }

    /**
     * Reads what {@link #encode} made.
     *
     * @throws InvalidSnapshotException when it is not that: cut short, damaged, or of another version
     */
    public static Snapshot decode(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        if (bytes.length < CHECKED_FROM + Short.BYTES || in.readInt() != MAGIC) {
            throw new InvalidSnapshotException("not a snapshot");
        }
        if (in.readInt() != crc(bytes)) {
            throw new InvalidSnapshotException("CRC mismatch");
        }
        short version = in.readShort();
        if (version < 1 || version > VERSION) {
            throw new InvalidSnapshotException("unknown version " + version);
        }
        try {
            return new Snapshot(
                    in.readLong(),
                    in.readInt(),
                    in.readLong(),
                    readSegments(in),
                    RaftEntries.readFrom(in),
                    TermStarts.readFrom(in),
                    readConfigurations(in),
                    ProducerState.readFrom(in, version >= SINCE_RECORDS_BEFORE),
                    version >= SINCE_COMPACTION
                            ? new CompactionMarks(in.readLong(), in.readLong())
                            : CompactionMarks.NONE);
        } catch (IndexOutOfBoundsException | IllegalStateException | NegativeArraySizeException e) {
            throw new InvalidSnapshotException("malformed: " + e.getMessage());
        }
    }

    private static List<SegmentState> readSegments(ByteBuf in) {
        int count = in.readInt();
        List<SegmentState> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            segments.add(new SegmentState(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        }
        return segments;
    }

    private static List<Configuration> readConfigurations(ByteBuf in) {
        int count = in.readInt();
        List<Configuration> configurations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long index = in.readLong();
            byte[] bytes = new byte[in.readInt()];
            in.readBytes(bytes);
            configurations.add(new Configuration(index, bytes));
        }
        return configurations;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
        return (int) crc.getValue();
    }
}
