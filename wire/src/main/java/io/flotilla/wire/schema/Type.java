package io.flotilla.wire.schema;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The type of a field: a scalar, an array, or a struct. */
public sealed interface Type {

    /** The Java type of a field. */
    String javaName();

    /** The Java type as a type argument. */
    default String boxedName() {
        return javaName();
    }

    /** Types without parts of their own. */
    enum Scalar implements Type {
        BOOL("boolean", "Boolean", 1),
        INT8("byte", "Byte", 1),
        INT16("short", "Short", 2),
        UINT16("int", "Integer", 2),
        INT32("int", "Integer", 4),
        UINT32("long", "Long", 4),
        INT64("long", "Long", 8),
        FLOAT64("double", "Double", 8),
        UUID("UUID", "UUID", 16),
        STRING("String", "String", 0),
        BYTES("byte[]", "byte[]", 0),
        RECORDS("ByteBuf", "ByteBuf", 0);

        private final String javaName;
        private final String boxedName;
        private final int fixedSize;

        Scalar(String javaName, String boxedName, int fixedSize) {
            this.javaName = javaName;
            this.boxedName = boxedName;
            this.fixedSize = fixedSize;
        }

        static Optional<Scalar> named(String schemaName) {
            return Arrays.stream(values())
                    .filter(scalar -> scalar.schemaName().equals(schemaName))
                    .findFirst();
        }

        /** The name used in definitions, which is also that of its methods in {@code Decode}, {@code Encode}, {@code Sizes}. */
        public String schemaName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The encoded size in bytes, or 0 if it depends on the value. */
        public int fixedSize() {
            return fixedSize;
        }

        public boolean isInteger() {
            return this == INT8 || this == INT16 || this == UINT16 || this == INT32 || this == UINT32 || this == INT64;
        }

        public boolean isPrimitive() {
            return fixedSize > 0 && this != UUID;
        }

        @Override
        public String javaName() {
            return javaName;
        }

        @Override
        public String boxedName() {
            return boxedName;
        }
    }

    /** A list of {@code element}s, which are not arrays themselves. */
    record Array(Type element) implements Type {
        @Override
        public String javaName() {
            return "List<" + element.boxedName() + ">";
        }
    }

    /** A nested struct. */
    record Nested(Struct struct) implements Type {
        @Override
        public String javaName() {
            return struct.name();
        }
    }
}
