package io.flotilla.log.state;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.BitFlip;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * The format of the {@link HardStateJournal}: frames end to end, one or more per write:
 *
 * <pre>
 *  0 magic    int32
 *  4 crc      int32   CRC-32C of everything after it
 *  8 synced   int64   bytes of the file that had been synced when the frame was written
 * 16 count    int32   groups that follow, at most {@value #MOST_GROUPS}
 * 20 groups           each: topic id 16 bytes, partition int32, known int8 (0: forget it), term int32, voted for int32,
 *                     committed index int64
 * </pre>
 *
 * <p>A frame that is not whole was being written when the process ended, unless a later one says that it had been synced: then
 * the file is damaged; so it is if the frame is whole but for one flipped bit. Else, after a power loss, a damaged last frame
 * cannot be told from one being written.
 */
final class JournalFrames {
    private static final int MAGIC = 0x464C4A31;
    private static final int CHECKED_FROM = 8;
    private static final int COUNT = 16;
    private static final int HEADER = 20;
    private static final int GROUP = 37;
    private static final int MOST_GROUPS = 4096;

    private JournalFrames() {}

    /** Bytes that frames of this many groups take. */
    static long sizeOf(int groups) {
        return (long) GROUP * groups + HEADER * ((groups + MOST_GROUPS - 1L) / MOST_GROUPS);
    }

    /**
     * Encodes the state of groups.
     *
     * @param states the state of a group, or null to have it forgotten
     * @param synced bytes of the file synced so far
     */
    static ByteBuffer encode(Collection<GroupId> groups, Function<GroupId, GroupState> states, long synced) {
        GroupId[] all = groups.toArray(new GroupId[0]);
        ByteBuffer out = ByteBuffer.allocate((int) sizeOf(all.length));
        for (int from = 0; from < all.length; from += MOST_GROUPS) {
            int count = Math.min(MOST_GROUPS, all.length - from);
            int start = out.position();
            out.putInt(MAGIC).putInt(0).putLong(synced).putInt(count);
            for (int i = from; i < from + count; i++) {
                encode(out, all[i], states.apply(all[i]));
            }
            out.putInt(start + Integer.BYTES, crc(out.array(), start + CHECKED_FROM, out.position()));
        }
        return out.flip();
    }

    private static void encode(ByteBuffer out, GroupId group, GroupState state) {
        out.putLong(group.topicId().getMostSignificantBits());
        out.putLong(group.topicId().getLeastSignificantBits());
        out.putInt(group.partition());
        out.put((byte) (state == null ? 0 : 1));
        out.putInt(state == null ? 0 : state.term());
        out.putInt(state == null ? 0 : state.votedFor());
        out.putLong(state == null ? 0 : state.committed());
    }

    /**
     * How a replay went.
     *
     * @param wholeBytes up to here all frames are good
     * @param damaged whether what follows is damaged; else it was being written
     */
    record Replayed(long wholeBytes, boolean damaged) {}

    /**
     * Reads frames from the start of the file up to one that was being written. Damaged ones are passed over.
     *
     * @param lastStop how the process that wrote the file ended
     * @param target given each group's state, or null to forget the group; later ones replace earlier ones
     */
    static Replayed replay(byte[] content, LastStop lastStop, BiConsumer<GroupId, GroupState> target) {
        ByteBuffer in = ByteBuffer.wrap(content);
        long damaged = -1;
        while (in.hasRemaining()) {
            int start = in.position();
            if (frameLength(in, start) < 0) {
                if (isTorn(in, start, lastStop)) {
                    return new Replayed(damaged < 0 ? start : damaged, damaged >= 0);
                }
                damaged = damaged < 0 ? start : damaged;
                in.position(nextFrame(in, start + 1));
                continue;
            }
            in.position(start + HEADER);
            for (int left = in.getInt(start + COUNT); left > 0; left--) {
                GroupId group = new GroupId(new UUID(in.getLong(), in.getLong()), in.getInt());
                boolean known = in.get() != 0;
                GroupState state = new GroupState(in.getInt(), in.getInt(), in.getLong());
                target.accept(group, known ? state : null);
            }
        }
        return new Replayed(damaged < 0 ? content.length : damaged, damaged >= 0);
    }

    /** Whether a frame that is not whole was being written when the process ended. */
    private static boolean isTorn(ByteBuffer in, int bad, LastStop lastStop) {
        for (int at = nextFrame(in, bad + 1); at < in.limit(); at = nextFrame(in, at + 1)) {
            if (in.getLong(at + CHECKED_FROM) > bad) {
                return false;
            }
        }
        return (lastStop.mayHaveLostSectors() || lastStop == LastStop.KILLED && endsWithin(in, bad))
                && !isWholeButForOneBit(in, bad);
    }

    /** Whether a frame is all there, but for one bit of it. */
    private static boolean isWholeButForOneBit(ByteBuffer in, int start) {
        int left = in.limit() - start;
        if (left < HEADER || Integer.bitCount(in.getInt(start) ^ MAGIC) > 1) {
            return false;
        }
        int noted = in.getInt(start + Integer.BYTES);
        int count = in.getInt(start + COUNT);
        if (isCount(count, left)) {
            int end = start + HEADER + count * GROUP;
            if (BitFlip.explains(crc(in.array(), start + CHECKED_FROM, end), noted, end - start - CHECKED_FROM)) {
                return true;
            }
        }
        byte[] frame = Arrays.copyOfRange(in.array(), start, in.limit());
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            int other = count ^ 1 << bit;
            if (isCount(other, left)) {
                ByteBuffer.wrap(frame).putInt(COUNT, other);
                if (crc(frame, CHECKED_FROM, HEADER + other * GROUP) == noted) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether so many groups can be in a frame, and in this many bytes. */
    private static boolean isCount(int count, int bytes) {
        return count >= 1 && count <= MOST_GROUPS && bytes >= HEADER + count * GROUP;
    }

    /** Whether the file ends before a frame does. */
    private static boolean endsWithin(ByteBuffer in, int start) {
        int left = in.limit() - start;
        if (left < HEADER) {
            return true;
        }
        int count = in.getInt(start + COUNT);
        return in.getInt(start) == MAGIC && count >= 1 && count <= MOST_GROUPS && left < HEADER + count * GROUP;
    }

    /** Where the next whole frame begins, at or after a position; the end if there is none. */
    private static int nextFrame(ByteBuffer in, int from) {
        for (int at = from; at <= in.limit() - HEADER; at++) {
            if (frameLength(in, at) > 0) {
                return at;
            }
        }
        return in.limit();
    }

    /** Length of the frame at a position, or -1 if there is no whole one. */
    private static int frameLength(ByteBuffer in, int start) {
        if (in.limit() - start < HEADER || in.getInt(start) != MAGIC) {
            return -1;
        }
        int count = in.getInt(start + COUNT);
        if (!isCount(count, in.limit() - start)) {
            return -1;
        }
        int length = HEADER + count * GROUP;
        int crc = crc(in.array(), start + CHECKED_FROM, start + length);
        return crc == in.getInt(start + Integer.BYTES) ? length : -1;
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
