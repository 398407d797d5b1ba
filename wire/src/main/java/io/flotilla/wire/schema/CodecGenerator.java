package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Type.Scalar;
import java.util.List;

/**
 * Writes the {@code read}, {@code write} and {@code size} methods of one struct. Versions become branches: a field is
 * guarded by the part of its range that its struct's range does not already imply.
 */
final class CodecGenerator {
    private final Definition definition;
    private final Struct struct;
    private final JavaText java;
    private final boolean top;
    private final boolean sink;
    private final String flexible;

    CodecGenerator(Definition definition, Struct struct, JavaText java) {
        this.definition = definition;
        this.struct = struct;
        this.java = java;
        this.top = struct == definition.root();
        this.sink = struct.contains(Scalar.RECORDS);
        this.flexible = exists(definition.flexible());
    }

    void generate() {
        read();
        write();
        size();
    }

    // ---- read

    private void read() {
        java.line("%sstatic %s read(ByteBuf in, short version) {", top ? "public " : "", struct.name());
        if (top) {
            java.line("Decode.checkVersion(\"%s\", version, LOWEST_VERSION, HIGHEST_VERSION);", struct.name());
        }
        java.line("Builder builder = builder();");
        for (Field field : struct.untaggedFields()) {
            java.when(
                    exists(field.versions()),
                    () -> java.line("builder.%s = %s;", field.name(), readExpression(field, "in")));
        }
        java.when(flexible, this::readTags);
        java.line("return builder.build();").line("}").line("");
    }

    private void readTags() {
        List<Field> tagged = struct.taggedFields();
        if (tagged.isEmpty()) {
            java.line("Decode.skipTags(in);");
            return;
        }
        java.line("for (int left = Decode.unsignedVarint(in); left != 0; left--) {");
        java.line("int tag = Decode.unsignedVarint(in);");
        java.line("ByteBuf field = Decode.taggedField(in, tag);");
        for (Field field : tagged) {
            java.line("if (tag == %d%s) {", field.tag(), and(exists(field.versions())));
            java.line("builder.%s = %s;", field.name(), readExpression(field, "field"));
            java.line("Decode.taggedFieldEnd(field, \"%s\");", label(field));
            java.line("}");
        }
        java.line("}");
    }

    private String readExpression(Field field, String in) {
        String nullable = exists(field.nullable());
        if (field.type() instanceof Type.Array array) {
            return "Decode.array(%s, version, %s, %s, %d, \"%s\", %s)"
                    .formatted(
                            in,
                            flexible,
                            nullable,
                            MinimumSize.ofElement(array.element(), field.versions(), definition.flexible()),
                            label(field),
                            elementReader(array.element(), field));
        }
        if (field.type() instanceof Type.Nested nested) {
            String read = nested.struct().name() + ".read(" + in + ", version)";
            return field.nullable().isEmpty()
                    ? read
                    : "Decode.present(%s, %s) ? %s : null".formatted(in, nullable, read);
        }
        return readScalar((Scalar) field.type(), in, flexible(field), nullable, label(field));
    }

    private String readScalar(Scalar scalar, String in, String flexible, String nullable, String label) {
        return scalar.fixedSize() > 0
                ? "Decode.%s(%s)".formatted(scalar.schemaName(), in)
                : "Decode.%s(%s, %s, %s, \"%s\")".formatted(scalar.schemaName(), in, flexible, nullable, label);
    }

    private String elementReader(Type element, Field field) {
        return element instanceof Type.Nested nested
                ? nested.struct().name() + "::read"
                : "(from, v) -> "
                        + readScalar((Scalar) element, "from", flexible.replace("version", "v"), "false", label(field));
    }

    // ---- write

    private void write() {
        String visibility = top ? "public " : "";
        if (sink) {
            if (top) {
                java.line("@Override").line("public void write(ByteBuf out, short version) {");
                java.line("write(out, version, RecordsSink.COPY);").line("}").line("");
                java.line("@Override");
            }
            java.line("%svoid write(ByteBuf out, short version, RecordsSink sink) {", visibility);
        } else {
            if (top) {
                java.line("@Override");
            }
            java.line("%svoid write(ByteBuf out, short version) {", visibility);
        }
        if (top) {
            java.line("Encode.checkVersion(\"%s\", version, LOWEST_VERSION, HIGHEST_VERSION);", struct.name());
        }
        struct.fields().forEach(this::refuseWhereLacking);
        for (Field field : struct.untaggedFields()) {
            java.when(exists(field.versions()), () -> writeField(field));
        }
        java.when(flexible, this::writeTags);
        java.line("}").line("");
    }

    /** In versions without the field, a value that is not the default must not get lost unnoticed. */
    private void refuseWhereLacking(Field field) {
        if (!field.ignorable() && !exists(field.versions()).equals("true")) {
            java.line("if (%s && %s) {", lacks(field.versions()), Defaults.differs(field));
            java.line("throw UnwritableMessageException.unsupported(\"%s\", version);", label(field));
            java.line("}");
        }
    }

    private void writeField(Field field) {
        String name = field.reference();
        String nullable = exists(field.nullable());
        if (field.type() instanceof Type.Array array) {
            java.line(
                    "Encode.array(out, version, %s, %s, %s, \"%s\", %s);",
                    name, flexible, nullable, label(field), elementWriter(array.element(), field));
        } else if (field.type() instanceof Type.Nested nested) {
            String present = field.nullable().isEmpty()
                    ? "true"
                    : "Encode.present(out, %s, %s, \"%s\")".formatted(name, nullable, label(field));
            java.when(present, () -> java.line("%s.write(out, version%s);", name, sinkArgument(nested.struct())));
        } else {
            java.line("%s;", writeScalar((Scalar) field.type(), name, flexible(field), nullable, label(field)));
        }
    }

    private String writeScalar(Scalar scalar, String value, String flexible, String nullable, String label) {
        if (scalar.fixedSize() > 0) {
            return "Encode.%s(out, %s)".formatted(scalar.schemaName(), value);
        }
        return "Encode.%s(out, %s, %s, %s, \"%s\"%s)"
                .formatted(
                        scalar.schemaName(),
                        value,
                        flexible,
                        nullable,
                        label,
                        scalar == Scalar.RECORDS ? ", sink" : "");
    }

    private String elementWriter(Type element, Field field) {
        if (element instanceof Type.Nested nested) {
            return nested.struct().contains(Scalar.RECORDS)
                    ? "(element, to, v) -> element.write(to, v, sink)"
                    : nested.struct().name() + "::write";
        }
        return "(element, to, v) -> "
                + writeScalar((Scalar) element, "element", flexible.replace("version", "v"), "false", label(field))
                        .replace("(out,", "(to,");
    }

    private static String sinkArgument(Struct struct) {
        return struct.contains(Scalar.RECORDS) ? ", sink" : "";
    }

    private void writeTags() {
        List<Field> tagged = struct.taggedFields();
        if (tagged.isEmpty()) {
            java.line("Encode.unsignedVarint(out, 0);");
            return;
        }
        java.line("int tags = 0;");
        for (Field field : tagged) {
            java.when(isWritten(field), () -> java.line("tags++;"));
        }
        java.line("Encode.unsignedVarint(out, tags);");
        for (Field field : tagged) {
            java.when(isWritten(field), () -> {
                java.line("Encode.tag(out, %d, %s);", field.tag(), sizeExpression(field));
                writeField(field);
            });
        }
    }

    private String isWritten(Field tagged) {
        String exists = exists(tagged.versions());
        return Defaults.differs(tagged) + (exists.equals(flexible) ? "" : and(exists));
    }

    // ---- size

    private void size() {
        if (top) {
            java.line("@Override");
        }
        java.line("%sint size(short version) {", top ? "public " : "");
        int fixed = struct.untaggedFields().stream()
                .filter(field -> exists(field.versions()).equals("true"))
                .mapToInt(field -> fixedSize(field.type()))
                .sum();
        java.line("int size = %d;", fixed);
        for (Field field : struct.untaggedFields()) {
            boolean counted = exists(field.versions()).equals("true") && fixedSize(field.type()) > 0;
            if (!counted) {
                java.when(exists(field.versions()), () -> addSize(field));
            }
        }
        java.when(flexible, this::sizeTags);
        java.line("return size;").line("}").line("");
    }

    private void addSize(Field field) {
        if (field.type() instanceof Type.Nested && !field.nullable().isEmpty()) {
            java.when(exists(field.nullable()), () -> java.line("size += 1;"));
            java.when(field.reference() + " != null", () -> java.line("size += %s;", sizeExpression(field)));
        } else {
            java.line("size += %s;", sizeExpression(field));
        }
    }

    private void sizeTags() {
        java.line("size += 1;");
        for (Field field : struct.taggedFields()) {
            java.when(
                    isWritten(field),
                    () -> java.line("size += Sizes.tagged(%d, %s);", field.tag(), sizeExpression(field)));
        }
    }

    private String sizeExpression(Field field) {
        String name = field.reference();
        if (field.type() instanceof Type.Array array) {
            if (fixedSize(array.element()) > 0) {
                return "Sizes.array(%s, %s, %d)".formatted(name, flexible, fixedSize(array.element()));
            }
            String element = array.element() instanceof Type.Nested nested
                    ? nested.struct().name() + "::size"
                    : "(element, v) -> Sizes.string(element, " + flexible.replace("version", "v") + ")";
            return "Sizes.array(%s, version, %s, %s)".formatted(name, flexible, element);
        }
        if (field.type() instanceof Type.Nested) {
            return name + ".size(version)";
        }
        Scalar scalar = (Scalar) field.type();
        return scalar.fixedSize() > 0
                ? Integer.toString(scalar.fixedSize())
                : "Sizes.%s(%s, %s)".formatted(scalar.schemaName(), name, flexible(field));
    }

    private static int fixedSize(Type type) {
        return type instanceof Scalar scalar ? scalar.fixedSize() : 0;
    }

    // ---- shared

    /** The condition under which {@code version} is in {@code versions}, given that it is one of this struct's. */
    private String exists(Versions versions) {
        Versions known = struct.versions();
        if (versions.isEmpty()) {
            return "false";
        }
        if (versions.covers(known)) {
            return "true";
        }
        String low = versions.low() <= known.low() ? "" : "version >= " + versions.low();
        String high = versions.high() >= known.high() ? "" : "version <= " + versions.high();
        return low.isEmpty() || high.isEmpty() ? low + high : low + " && " + high;
    }

    /** The opposite of {@link #exists}, for versions that do not cover this struct's. */
    private String lacks(Versions versions) {
        String low = versions.low() <= struct.versions().low() ? "" : "version < " + versions.low();
        String high = versions.high() >= struct.versions().high() ? "" : "version > " + versions.high();
        return low.isEmpty() || high.isEmpty() ? low + high : "(" + low + " || " + high + ")";
    }

    private static String and(String condition) {
        return condition.equals("true") ? "" : " && " + condition;
    }

    private String flexible(Field field) {
        return field.inflexible() ? "false" : flexible;
    }

    private String label(Field field) {
        return struct.name().equals(definition.name())
                ? definition.name() + "." + field.name()
                : definition.name() + "." + struct.name() + "." + field.name();
    }
}
