package io.flotilla.log.state;

import java.nio.ByteBuffer;
import java.nio.file.Path;
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
 * <p>A frame that is not whole was being written when the power failed, unless a later one says that it had been synced: then
 * the file is damaged. A damaged last frame cannot be told from one being written.
 */
final class JournalFrames {
    private static final int MAGIC = 0x464C4A31;
    private static final int CHECKED_FROM = 8;
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
     * Reads frames from the start of the file up to one that was being written.
     *
     * @param target given each group's state, or null to forget the group; later ones replace earlier ones
     * @return bytes read: fewer than there are if the last frame is not whole
     */
    static long replay(Path file, byte[] content, BiConsumer<GroupId, GroupState> target)
            throws DamagedJournalException {
        ByteBuffer in = ByteBuffer.wrap(content);
        while (in.hasRemaining()) {
            int start = in.position();
            if (frameLength(in, start) < 0) {
                refuseIfSynced(file, in, start);
                return start;
            }
            in.position(start + HEADER);
            for (int left = in.getInt(start + HEADER - Integer.BYTES); left > 0; left--) {
                GroupId group = new GroupId(new UUID(in.getLong(), in.getLong()), in.getInt());
                boolean known = in.get() != 0;
                GroupState state = new GroupState(in.getInt(), in.getInt(), in.getLong());
                target.accept(group, known ? state : null);
            }
        }
        return content.length;
    }

    private static void refuseIfSynced(Path file, ByteBuffer in, int bad) throws DamagedJournalException {
        for (int at = bad + 1; at <= in.limit() - HEADER; at++) {
            if (in.getInt(at) == MAGIC && frameLength(in, at) > 0 && in.getLong(at + CHECKED_FROM) > bad) {
                throw new DamagedJournalException(file + " is damaged at byte " + bad
                        + ": terms and votes that had been synced cannot be read. Set this log directory aside and let"
                        + " the broker rebuild its replicas from their peers in an empty one");
            }
        }
    }

    /** Length of the frame at a position, or -1 if there is no whole one. */
    private static int frameLength(ByteBuffer in, int start) {
        if (in.limit() - start < HEADER || in.getInt(start) != MAGIC) {
            return -1;
        }
        int count = in.getInt(start + HEADER - Integer.BYTES);
        if (count < 1 || count > MOST_GROUPS || in.limit() - start < HEADER + count * GROUP) {
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
