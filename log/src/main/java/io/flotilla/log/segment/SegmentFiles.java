package io.flotilla.log.segment;

import java.nio.file.Path;

/** Names of the files in a partition's directory: Kafka's, with the base offset as 20 digits. */
public final class SegmentFiles {
    /** Suffix of a segment's records. */
    public static final String LOG = ".log";
    /** Suffix of a segment's offset index. */
    public static final String INDEX = ".index";
    /** Suffix of a segment's time index. */
    public static final String TIME_INDEX = ".timeindex";
    /** Suffix of a snapshot, whose name is its index. */
    public static final String SNAPSHOT = ".snapshot";
    /** Suffix of a file that compaction is writing. */
    public static final String CLEANED = ".cleaned";
    /** Appended to the name of a file that is about to be removed. */
    public static final String DELETED = ".deleted";

    private static final int DIGITS = 20;

    private SegmentFiles() {}

    public static Path log(Path directory, long baseOffset) {
        return directory.resolve(name(baseOffset, LOG));
    }

    public static Path index(Path directory, long baseOffset) {
        return directory.resolve(name(baseOffset, INDEX));
    }

    public static Path timeIndex(Path directory, long baseOffset) {
        return directory.resolve(name(baseOffset, TIME_INDEX));
    }

    public static Path snapshot(Path directory, long index) {
        return directory.resolve(name(index, SNAPSHOT));
    }

    /** The number in a file's name, or -1 if the name is not a number and this suffix. */
    public static long number(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return -1;
        }
        try {
            return Long.parseLong(name, 0, DIGITS, 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String name(long number, String suffix) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits + suffix;
    }
}
