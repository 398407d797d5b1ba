package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;

/** Writes numbers as records hold them: zig-zag encoded, seven bits to a byte, the lowest first. */
final class Varints {
    private Varints() {}

    static void writeInt(ByteBuf target, int value) {
        writeLong(target, value);
    }

    static void writeLong(ByteBuf target, long value) {
        long raw = (value << 1) ^ (value >> 63);
        while ((raw & ~0x7fL) != 0) {
            target.writeByte((int) (raw & 0x7f | 0x80));
            raw >>>= 7;
        }
        target.writeByte((int) raw);
    }

    static int sizeOfInt(int value) {
        return sizeOfLong(value);
    }

    static int sizeOfLong(long value) {
        long raw = (value << 1) ^ (value >> 63);
        int significantBits = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(raw));
        return (significantBits + 6) / 7;
    }
}
