package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/** How many bytes {@link Encode} will write for values whose size depends on them. */
final class Sizes {
    private Sizes() {}

    /** Measures one element of an array. */
    @FunctionalInterface
    interface Element<T> {
        int size(T value, short version);
    }

    static int unsignedVarint(int value) {
        int significantBits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
        return (significantBits + 6) / 7;
    }

    static int string(String value, boolean flexible) {
        int length = value == null ? 0 : ByteBufUtil.utf8Bytes(value);
        return length + (flexible ? compactLength(value, length) : Short.BYTES);
    }

    static int bytes(byte[] value, boolean flexible) {
        int length = value == null ? 0 : value.length;
        return length + length(value, length, flexible);
    }

    static int records(ByteBuf value, boolean flexible) {
        int length = value == null ? 0 : value.readableBytes();
        return length + length(value, length, flexible);
    }

    static int array(List<?> list, boolean flexible, int elementSize) {
        int count = list == null ? 0 : list.size();
        return length(list, count, flexible) + count * elementSize;
    }

    static <T> int array(List<T> list, short version, boolean flexible, Element<? super T> element) {
        int count = list == null ? 0 : list.size();
        int size = length(list, count, flexible);
        for (int i = 0; i < count; i++) {
            size += element.size(list.get(i), version);
        }
        return size;
    }

    /** A tagged field of {@code size} bytes with what precedes it. */
    static int tagged(int tag, int size) {
        return unsignedVarint(tag) + unsignedVarint(size) + size;
    }

    private static int length(Object value, int length, boolean flexible) {
        return flexible ? compactLength(value, length) : Integer.BYTES;
    }

    private static int compactLength(Object value, int length) {
        return unsignedVarint(value == null ? 0 : length + 1);
    }
}
