package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * Reads the protocol's types. Every length is held against the bytes left before anything is allocated for it.
 *
 * <p>{@code flexible} selects the compact encoding of KIP-482: lengths as unsigned varints, plus one, 0 for null. The
 * {@code field} parameters are for messages only.
 */
final class Decode {
    static final byte[] NO_BYTES = {};
    static final ByteBuf NO_RECORDS = Unpooled.EMPTY_BUFFER;

    private static final int MAX_VARINT_BYTES = 5;
    private static final int NULL = -1;

    private Decode() {}

    /** Reads one element of an array. */
    @FunctionalInterface
    interface Element<T> {
        T read(ByteBuf in, short version);
    }

    static void checkVersion(String message, short version, short lowest, short highest) {
        if (version < lowest || version > highest) {
            throw new MalformedMessageException(message + " has no version " + version);
        }
    }

    static boolean bool(ByteBuf in) {
        return int8(in) != 0;
    }

    static byte int8(ByteBuf in) {
        need(in, Byte.BYTES, "int8");
        return in.readByte();
    }

    static short int16(ByteBuf in) {
        need(in, Short.BYTES, "int16");
        return in.readShort();
    }

    static int uint16(ByteBuf in) {
        need(in, Short.BYTES, "uint16");
        return in.readUnsignedShort();
    }

    static int int32(ByteBuf in) {
        need(in, Integer.BYTES, "int32");
        return in.readInt();
    }

    static long uint32(ByteBuf in) {
        need(in, Integer.BYTES, "uint32");
        return in.readUnsignedInt();
    }

    static long int64(ByteBuf in) {
        need(in, Long.BYTES, "int64");
        return in.readLong();
    }

    static double float64(ByteBuf in) {
        need(in, Double.BYTES, "float64");
        return in.readDouble();
    }

    static UUID uuid(ByteBuf in) {
        need(in, 2 * Long.BYTES, "uuid");
        long high = in.readLong();
        long low = in.readLong();
        return (high | low) == 0 ? Message.ZERO_UUID : new UUID(high, low);
    }

    /** Seven bits per byte, lowest first; the last byte has its top bit clear. */
    static int unsignedVarint(ByteBuf in) {
        int value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            byte b = int8(in);
            value |= (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("varint longer than " + MAX_VARINT_BYTES + " bytes");
    }

    static String string(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = flexible ? compactLength(in) : int16(in);
        if (isNull(length, nullable, field)) {
            return null;
        }
        if (length > Short.MAX_VALUE) {
            throw new MalformedMessageException(
                    field + " is a string of " + Integer.toUnsignedString(length) + " bytes");
        }
        need(in, length, field);
        String value = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return value;
    }

    static byte[] bytes(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = length(in, flexible);
        if (isNull(length, nullable, field)) {
            return null;
        }
        need(in, length, field);
        byte[] value = new byte[length];
        in.readBytes(value);
        return value;
    }

    static ByteBuf records(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = length(in, flexible);
        if (isNull(length, nullable, field)) {
            return null;
        }
        need(in, length, field);
        return in.readSlice(length);
    }

    /** Reads a list whose elements take at least {@code minimum} bytes each. */
    static <T> List<T> array(
            ByteBuf in,
            short version,
            boolean flexible,
            boolean nullable,
            int minimum,
            String field,
            Element<T> element) {
        int count = length(in, flexible);
        if (isNull(count, nullable, field)) {
            return null;
        }
        if (count > in.readableBytes() / minimum) {
            throw new MalformedMessageException(
                    field + " claims " + count + " elements, but only " + in.readableBytes() + " bytes are left");
        }
        if (count == 0) {
            return List.of();
        }
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.read(in, version));
        }
        return Collections.unmodifiableList(list);
    }

    /** Whether a struct follows: where it may be null, a byte before it says so. */
    static boolean present(ByteBuf in, boolean nullable) {
        return !nullable || int8(in) >= 0;
    }

    /** Reads the size before a tagged field, and returns the field's bytes. */
    static ByteBuf taggedField(ByteBuf in, int tag) {
        int size = unsignedVarint(in);
        if (size < 0 || size > in.readableBytes()) {
            throw new MalformedMessageException("tagged field " + Integer.toUnsignedString(tag) + " claims "
                    + Integer.toUnsignedString(size) + " bytes, but only " + in.readableBytes() + " are left");
        }
        return in.readSlice(size);
    }

    /** Checks that a known tagged field was as long as it said. */
    static void taggedFieldEnd(ByteBuf taggedField, String field) {
        if (taggedField.isReadable()) {
            throw new MalformedMessageException(field + " is followed by " + taggedField.readableBytes() + " bytes");
        }
    }

    /** Skips a section of tagged fields of which none is known. */
    static void skipTags(ByteBuf in) {
        for (int left = unsignedVarint(in); left != 0; left--) {
            taggedField(in, unsignedVarint(in));
        }
    }

    private static int length(ByteBuf in, boolean flexible) {
        return flexible ? compactLength(in) : int32(in);
    }

    /** 0 on the wire is null; anything that would overflow comes out below {@link #NULL} and is refused by the caller. */
    private static int compactLength(ByteBuf in) {
        int encoded = unsignedVarint(in);
        return encoded < 0 ? Integer.MIN_VALUE : encoded - 1;
    }

    private static boolean isNull(int length, boolean nullable, String field) {
        if (length >= 0) {
            return false;
        }
        if (length != NULL) {
            throw new MalformedMessageException(field + " has the impossible length " + length);
        }
        if (!nullable) {
            throw new MalformedMessageException(field + " is null, which this version does not allow");
        }
        return true;
    }

    private static void need(ByteBuf in, int bytes, String what) {
        if (in.readableBytes() < bytes) {
            throw new MalformedMessageException(
                    what + " needs " + bytes + " bytes, but only " + in.readableBytes() + " are left");
        }
    }
}
