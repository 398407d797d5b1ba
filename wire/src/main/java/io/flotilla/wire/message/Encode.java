package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.UUID;

/** Writes the protocol's types; the counterpart of {@link Decode}. */
final class Encode {
    private static final int MAX_UINT16 = 0xffff;
    private static final long MAX_UINT32 = 0xffff_ffffL;

    private Encode() {}

    /** Writes one element of an array. */
    @FunctionalInterface
    interface Element<T> {
        void write(T value, ByteBuf out, short version);
    }

    static void checkVersion(String message, short version, short lowest, short highest) {
        if (version < lowest || version > highest) {
            throw new UnwritableMessageException(message + " has no version " + version);
        }
    }

    static void bool(ByteBuf out, boolean value) {
        out.writeByte(value ? 1 : 0);
    }

    static void int8(ByteBuf out, byte value) {
        out.writeByte(value);
    }

    static void int16(ByteBuf out, short value) {
        out.writeShort(value);
    }

    static void uint16(ByteBuf out, int value) {
        if (value < 0 || value > MAX_UINT16) {
            throw new UnwritableMessageException(value + " is not a uint16");
        }
        out.writeShort(value);
    }

    static void int32(ByteBuf out, int value) {
        out.writeInt(value);
    }

    static void uint32(ByteBuf out, long value) {
        if (value < 0 || value > MAX_UINT32) {
            throw new UnwritableMessageException(value + " is not a uint32");
        }
        out.writeInt((int) value);
    }

    static void int64(ByteBuf out, long value) {
        out.writeLong(value);
    }

    static void float64(ByteBuf out, double value) {
        out.writeDouble(value);
    }

    static void uuid(ByteBuf out, UUID value) {
        out.writeLong(value.getMostSignificantBits());
        out.writeLong(value.getLeastSignificantBits());
    }

    static void unsignedVarint(ByteBuf out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    static void string(ByteBuf out, String value, boolean flexible, boolean nullable, String field) {
        int length = isNull(value, nullable, field) ? -1 : ByteBufUtil.utf8Bytes(value);
        if (length > Short.MAX_VALUE) {
            throw new UnwritableMessageException(field + " is a string of " + length + " bytes");
        }
        if (flexible) {
            unsignedVarint(out, length + 1);
        } else {
            out.writeShort(length);
        }
        if (length > 0) {
            ByteBufUtil.reserveAndWriteUtf8(out, value, length);
        }
    }

    static void bytes(ByteBuf out, byte[] value, boolean flexible, boolean nullable, String field) {
        length(out, isNull(value, nullable, field) ? -1 : value.length, flexible);
        if (value != null) {
            out.writeBytes(value);
        }
    }

    static void records(
            ByteBuf out, ByteBuf value, boolean flexible, boolean nullable, String field, RecordsSink sink) {
        length(out, isNull(value, nullable, field) ? -1 : value.readableBytes(), flexible);
        if (value != null) {
            sink.accept(out, value);
        }
    }

    static <T> void array(
            ByteBuf out,
            short version,
            List<T> list,
            boolean flexible,
            boolean nullable,
            String field,
            Element<? super T> element) {
        if (isNull(list, nullable, field)) {
            length(out, -1, flexible);
            return;
        }
        int count = list.size();
        length(out, count, flexible);
        for (int i = 0; i < count; i++) {
            element.write(list.get(i), out, version);
        }
    }

    /** Writes, where a struct may be null, the byte that says whether it follows; and returns whether it does. */
    static boolean present(ByteBuf out, Object value, boolean nullable, String field) {
        boolean present = !isNull(value, nullable, field);
        if (nullable) {
            out.writeByte(present ? 1 : -1);
        }
        return present;
    }

    /** Writes what precedes a tagged field of {@code size} bytes. */
    static void tag(ByteBuf out, int tag, int size) {
        unsignedVarint(out, tag);
        unsignedVarint(out, size);
    }

    private static void length(ByteBuf out, int length, boolean flexible) {
        if (flexible) {
            unsignedVarint(out, length + 1);
        } else {
            out.writeInt(length);
        }
    }

    private static boolean isNull(Object value, boolean nullable, String field) {
        if (value == null && !nullable) {
            throw new UnwritableMessageException(field + " is null, which this version does not allow");
        }
        return value == null;
    }
}
