package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Type.Scalar;

/** Java expressions for default values. */
final class Defaults {
    private Defaults() {}

    /** The value a field has when nobody sets it. */
    static String expression(Field field) {
        if (field.defaultsToNull()) {
            return "null";
        }
        if (field.type() instanceof Type.Array) {
            return "List.of()";
        }
        if (field.type() instanceof Type.Nested nested) {
            return nested.struct().name() + ".DEFAULT";
        }
        Scalar scalar = (Scalar) field.type();
        return switch (scalar) {
            case BOOL -> field.defaultValue() == null ? "false" : field.defaultValue();
            case UUID -> "ZERO_UUID";
            case STRING -> "\"\"";
            case BYTES -> "Decode.NO_BYTES";
            case RECORDS -> "Decode.NO_RECORDS";
            case FLOAT64 -> "0.0";
            case UINT32, INT64 -> number(field) + "L";
            default -> number(field);
        };
    }

    /** A condition that holds when a field is not at its default. */
    static String differs(Field field) {
        String name = field.reference();
        if (field.defaultsToNull()) {
            return name + " != null";
        }
        // A nullable field may be null, which then is not its default.
        String orNull = field.nullable().isEmpty() ? "%s" : "(" + name + " == null || %s)";
        if (field.type() instanceof Type.Array) {
            return orNull.formatted("!" + name + ".isEmpty()");
        }
        if (field.type() instanceof Type.Nested) {
            return "!" + expression(field) + ".equals(" + name + ")";
        }
        return switch ((Scalar) field.type()) {
            case BOOL -> "true".equals(field.defaultValue()) ? "!" + name : name;
            case UUID -> "!ZERO_UUID.equals(" + name + ")";
            case STRING -> orNull.formatted("!" + name + ".isEmpty()");
            case BYTES -> orNull.formatted(name + ".length != 0");
            case RECORDS -> orNull.formatted(name + ".isReadable()");
            case FLOAT64 -> "Double.compare(" + name + ", 0.0) != 0";
            default -> name + " != " + expression(field);
        };
    }

    private static String number(Field field) {
        return field.defaultValue() == null ? "0" : field.defaultValue();
    }
}
