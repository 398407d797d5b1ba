package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Type.Scalar;

/** The fewest bytes an array's element can take: what the count of elements is held against before anything is allocated. */
final class MinimumSize {
    private MinimumSize() {}

    /** The minimum over those versions of a definition in which {@code versions} exist. */
    static int ofElement(Type element, Versions versions, Versions flexible) {
        int minimum = Integer.MAX_VALUE;
        for (int version = versions.low(); version <= versions.high(); version++) {
            minimum = Math.min(minimum, of(element, version, flexible));
        }
        return minimum;
    }

    private static int of(Type type, int version, Versions flexible) {
        if (type instanceof Type.Nested nested) {
            return of(nested.struct(), version, flexible);
        }
        if (type instanceof Scalar scalar && scalar.fixedSize() > 0) {
            return scalar.fixedSize();
        }
        if (flexible.contains(version)) {
            return 1;
        }
        return type == Scalar.STRING ? Short.BYTES : Integer.BYTES;
    }

    private static int of(Struct struct, int version, Versions flexible) {
        int size = flexible.contains(version) ? 1 : 0;
        for (Field field : struct.untaggedFields()) {
            if (field.versions().contains(version)) {
                boolean maybeAbsent =
                        field.type() instanceof Type.Nested && field.nullable().contains(version);
                size += maybeAbsent || field.inflexible() ? 1 : of(field.type(), version, flexible);
            }
        }
        return size;
    }
}
