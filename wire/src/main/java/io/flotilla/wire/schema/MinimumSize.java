package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Type.Scalar;

/** The fewest bytes a value can take on the wire, in whatever version. */
final class MinimumSize {
    private MinimumSize() {}

    /** An empty or absent string, array or struct is at least one byte: a length or a marker. */
    static int of(Type type) {
        return type instanceof Scalar scalar && scalar.fixedSize() > 0 ? scalar.fixedSize() : 1;
    }

    /** The minimum over all versions of {@code struct}. */
    static int of(Struct struct, Versions flexible) {
        int minimum = Integer.MAX_VALUE;
        for (int version = struct.versions().low(); version <= struct.versions().high(); version++) {
            minimum = Math.min(minimum, of(struct, flexible, version));
        }
        return minimum;
    }

    private static int of(Struct struct, Versions flexible, int version) {
        int size = flexible.contains(version) ? 1 : 0;
        for (Field field : struct.untaggedFields()) {
            if (!field.versions().contains(version)) {
                continue;
            }
            if (field.type() instanceof Type.Nested nested && field.nullable().isEmpty()) {
                size += of(nested.struct(), flexible, version);
            } else {
                size += of(field.type());
            }
        }
        return size;
    }
}
