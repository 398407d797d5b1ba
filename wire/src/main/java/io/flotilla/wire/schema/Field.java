package io.flotilla.wire.schema;

/**
 * One field of a struct.
 *
 * @param versions where the field exists; within its struct's versions
 * @param nullable the part of {@code versions} in which it may be null
 * @param defaultValue as written in the definition, or null if none was
 * @param tag the tag number, or -1 for a field that is not tagged
 * @param ignorable whether a value is dropped silently in versions without the field
 * @param inflexible whether a string keeps the classic length encoding in flexible versions
 */
public record Field(
        String name,
        Type type,
        Versions versions,
        Versions nullable,
        String defaultValue,
        int tag,
        boolean ignorable,
        boolean inflexible) {

    /** How generated methods refer to the value: safe from parameters and locals of the same name. */
    String reference() {
        return "this." + name;
    }

    public boolean isTagged() {
        return tag >= 0;
    }

    public boolean defaultsToNull() {
        return "null".equals(defaultValue)
                || (type == Type.Scalar.RECORDS && !nullable.isEmpty() && defaultValue == null);
    }
}
