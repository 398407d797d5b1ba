package io.flotilla.wire.schema;

import java.util.Comparator;
import java.util.List;

/**
 * A list of fields under a name: a whole message, or a struct within one.
 *
 * @param versions the versions it can be encoded in
 * @param fields in order of definition, which is the order on the wire except for tagged ones
 */
public record Struct(String name, Versions versions, List<Field> fields) {

    public List<Field> taggedFields() {
        return fields.stream()
                .filter(Field::isTagged)
                .sorted(Comparator.comparingInt(Field::tag))
                .toList();
    }

    public List<Field> untaggedFields() {
        return fields.stream().filter(field -> !field.isTagged()).toList();
    }

    /** Whether this struct or one below it has a field, or a list, of {@code type}. */
    public boolean contains(Type.Scalar type) {
        return fields.stream().anyMatch(field -> contains(field.type(), type));
    }

    private static boolean contains(Type type, Type.Scalar wanted) {
        if (type instanceof Type.Array array) {
            return contains(array.element(), wanted);
        }
        return type instanceof Type.Nested nested ? nested.struct().contains(wanted) : type == wanted;
    }
}
