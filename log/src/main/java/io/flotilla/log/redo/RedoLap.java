package io.flotilla.log.redo;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.BitFlip;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What one of the journal's files says: the frames of a lap, from the start of the file up to the first that is not of the lap.
 * A frame that is not whole was being written when the process ended, unless a later one of its lap is there, or it is whole but for
 * one flipped bit: then the file is damaged.
 */
public final class RedoLap {
    /** What is wrong with a damaged one. */
    public static final String DAMAGE = "damaged: appends that had been synced cannot be read";

    /** The lap of a file that nothing was written to. */
    public static final long NONE = -1;

    /**
     * Bytes of a segment.
     *
     * @param frame number of the frame they are in
     * @param position where in the segment
     * @param from where in {@link #content} they begin
     * @param length how many; 0 if nothing that came before of this group is to be written again
     */
    public record Entry(int frame, GroupId group, long baseOffset, long position, int from, int length) {}

    private final ByteBuffer content;
    private final UUID directory;
    private final CRC32C crc = new CRC32C();
    private final List<Entry> entries = new ArrayList<>();
    private long lap;
    private boolean damaged;
    private int reliableFrom;
    private int frames;
    private int end;
    private int framesBefore;
    private int wholeBytes;

    private RedoLap(byte[] content, UUID directory) {
        this.content = ByteBuffer.wrap(content);
        this.directory = directory;
    }

    /**
     * Reads a file of the journal, which need not be there.
     *
     * @param directory the id of the log directory that it is in
     */
    public static RedoLap read(FileSystem files, Path file, UUID directory) throws IOException {
        return read(files.exists(file) ? SmallFiles.read(files, file) : new byte[0], directory);
    }

    /**
     * Reads what is in a file of the journal.
     *
     * @param directory the id of the log directory that it is in
     */
    public static RedoLap read(byte[] content, UUID directory) {
        RedoLap read = new RedoLap(content, directory);
        read.findLap();
        read.readFrames();
        return read;
    }

    /** By the first frame, which is a single sector and so there as it was written, or by any other if that is damaged. */
    private void findLap() {
        lap = firstLap();
        for (int bit = 0; lap == NONE && bit < RedoFrame.HEADER * Byte.SIZE; bit++) {
            flip(0, bit);
            lap = firstLap();
            flip(0, bit);
        }
        for (int at = nextHead(0); lap == NONE && at >= 0; at = nextHead(at + RedoFrame.SECTOR)) {
            lap = content.getLong(at + RedoFrame.LAP);
        }
    }

    private long firstLap() {
        return isHead(0) && content.getInt(RedoFrame.NUMBER) == 0 ? content.getLong(RedoFrame.LAP) : NONE;
    }

    private void readFrames() {
        int at = 0;
        for (int number = 0; lap != NONE && at >= 0; ) {
            boolean isNext = isFrameOf(at, number);
            if (isNext && isWhole(at)) {
                readFrame(at, number);
                frames++;
                at += (int) RedoFrame.size(0, content.getInt(at + RedoFrame.LENGTH));
                wholeBytes = damaged ? wholeBytes : at;
                end = ++number;
            } else {
                int later = laterFrame(at + RedoFrame.SECTOR, number);
                if (later >= 0 || (isNext ? isWholeButForOneBit(at) : isHeadButForOneBit(at, number))) {
                    damaged = true;
                    reliableFrom = entries.size();
                }
                at = later;
                number = later >= 0 ? content.getInt(later + RedoFrame.NUMBER) : number;
            }
        }
    }

    private void readFrame(int at, int number) {
        if (number == 0 && content.getInt(at + RedoFrame.LENGTH) == Integer.BYTES) {
            framesBefore = content.getInt(at + RedoFrame.HEADER);
        }
        int count = content.getInt(at + RedoFrame.ENTRIES);
        ByteBuffer table = content.duplicate().position(at + RedoFrame.HEADER);
        int from = at + RedoFrame.HEADER + count * RedoFrame.ENTRY;
        for (int i = 0; i < count; i++) {
            GroupId group = new GroupId(new UUID(table.getLong(), table.getLong()), table.getInt());
            Entry entry = new Entry(number, group, table.getLong(), table.getLong(), from, table.getInt());
            entries.add(entry);
            from += entry.length();
        }
    }

    /** Whether there is the beginning of a frame, of whatever lap. */
    private boolean isHead(int at) {
        return at >= 0
                && at <= content.limit() - RedoFrame.HEADER
                && content.getInt(at) == RedoFrame.MAGIC
                && content.getInt(at + RedoFrame.HEAD_CRC) == RedoFrame.headCrc(crc, directory, content, at)
                && content.getInt(at + RedoFrame.ENTRIES) >= 0
                && content.getInt(at + RedoFrame.LENGTH)
                        >= (long) content.getInt(at + RedoFrame.ENTRIES) * RedoFrame.ENTRY;
    }

    private boolean isFrameOf(int at, int number) {
        return isHead(at)
                && content.getLong(at + RedoFrame.LAP) == lap
                && content.getInt(at + RedoFrame.NUMBER) == number;
    }

    private boolean isWhole(int at) {
        int length = content.getInt(at + RedoFrame.LENGTH);
        return length <= content.limit() - at - RedoFrame.HEADER && frameCrc(at) == content.getInt(at + Integer.BYTES);
    }

    private int frameCrc(int at) {
        int end = at + RedoFrame.HEADER + content.getInt(at + RedoFrame.LENGTH);
        RedoFrame.begin(crc, directory);
        RedoFrame.update(crc, content, at + RedoFrame.CHECKED_FROM, end);
        return (int) crc.getValue();
    }

    private boolean isWholeButForOneBit(int at) {
        int length = content.getInt(at + RedoFrame.LENGTH);
        return length <= content.limit() - at - RedoFrame.HEADER
                && BitFlip.explains(
                        frameCrc(at),
                        content.getInt(at + Integer.BYTES),
                        RedoFrame.HEADER - RedoFrame.CHECKED_FROM + (long) length);
    }

    /** Whether the lap's next frame would begin here if one bit were another. */
    private boolean isHeadButForOneBit(int at, int number) {
        if (at > content.limit() - RedoFrame.HEADER) {
            return false;
        }
        for (int bit = 0; bit < RedoFrame.HEADER * Byte.SIZE; bit++) {
            flip(at, bit);
            boolean explained = isFrameOf(at, number);
            flip(at, bit);
            if (explained) {
                return true;
            }
        }
        return false;
    }

    private void flip(int at, int bit) {
        int place = at + bit / Byte.SIZE;
        if (place >= content.limit()) {
            return;
        }
        content.put(place, (byte) (content.get(place) ^ 1 << bit % Byte.SIZE));
    }

    /** Where a frame of the lap begins, from a position on, that came no earlier than the one with this number; -1 if nowhere. */
    private int laterFrame(int from, int number) {
        for (int at = nextHead(from); at >= 0; at = nextHead(at + RedoFrame.SECTOR)) {
            if (content.getLong(at + RedoFrame.LAP) == lap && content.getInt(at + RedoFrame.NUMBER) >= number) {
                return at;
            }
        }
        return -1;
    }

    private int nextHead(int from) {
        for (int at = from; at <= content.limit() - RedoFrame.HEADER; at += RedoFrame.SECTOR) {
            if (isHead(at)) {
                return at;
            }
        }
        return -1;
    }

    /** Which lap it is, or {@link #NONE}. */
    public long lap() {
        return lap;
    }

    /** Whether something is lost that had been synced, as far as the file itself tells. */
    public boolean isDamaged() {
        return damaged;
    }

    /**
     * Whether frames are lost from the end of the lap before this one, which was there whole when this one began: its own file cannot
     * tell that from a frame that was being written, nor that all of it is gone.
     *
     * @param before what the journal's other file says, read after this one
     */
    public boolean hasLost(RedoLap before) {
        return framesBefore > (before.lap == lap - 1 ? before.end : 0);
    }

    /** How many frames can be read. */
    public int frames() {
        return frames;
    }

    /** Up to here the file is good. */
    public long wholeBytes() {
        return wholeBytes;
    }

    /** What the frames say, in their order. */
    public List<Entry> entries() {
        return entries;
    }

    /** Those after the last damage: what cannot be read may say that earlier ones do not count any more. */
    public List<Entry> reliableEntries() {
        return entries.subList(reliableFrom, entries.size());
    }

    /** The bytes of an entry. */
    public ByteBuffer bytes(Entry entry) {
        return content.duplicate().limit(entry.from() + entry.length()).position(entry.from());
    }
}
