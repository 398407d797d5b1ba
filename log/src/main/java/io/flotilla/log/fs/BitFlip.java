package io.flotilla.log.fs;

/**
 * Tells whether a single flipped bit explains that bytes and their CRC-32C do not go together. An interrupted write practically
 * never looks like it: by chance once in 2^32 for each bit that there is.
 */
public final class BitFlip {
    /** CRC-32C's polynomial, bits reversed; also what a flip of the very last bit changes in a CRC. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private BitFlip() {}

    /**
     * Whether they differ by one bit in the bytes or in the CRC, or not at all.
     *
     * @param found CRC-32C of the bytes as they are
     * @param noted CRC-32C that stands beside them
     * @param bytes how many there are; the cost grows with it
     */
    public static boolean explains(int found, int noted, long bytes) {
        int difference = found ^ noted;
        if (Integer.bitCount(difference) <= 1) {
            return true;
        }
        // A CRC is linear: what a flipped bit changes depends only on how many bits follow it.
        int change = POLYNOMIAL;
        for (long bit = bytes * Byte.SIZE; bit > 0; bit--) {
            if (change == difference) {
                return true;
            }
            change = change >>> 1 ^ -(change & 1) & POLYNOMIAL;
        }
        return false;
    }
}
