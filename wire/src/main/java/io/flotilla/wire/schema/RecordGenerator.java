package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Definition.Kind;
import io.flotilla.wire.schema.Type.Scalar;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Turns one definition into the source of one Java record: components, builder, and the codec methods. */
final class RecordGenerator {
    static final String PACKAGE = "io.flotilla.wire.message";

    private final Definition definition;
    private final JavaText java = new JavaText();

    private RecordGenerator(Definition definition) {
        this.definition = definition;
    }

    static String generate(Definition definition) {
        return new RecordGenerator(definition).compilationUnit();
    }

    private String compilationUnit() {
        java.line("// Generated from %s; do not edit.", definition.source());
        java.line("package %s;", PACKAGE).line("");
        imports();
        record(definition.root(), true);
        return java.toString();
    }

    private void imports() {
        java.line("import io.netty.buffer.ByteBuf;");
        if (anyField(field -> field.type() == Scalar.BYTES)) {
            java.line("import java.util.Arrays;");
        }
        if (anyField(field -> field.type() instanceof Type.Array)) {
            java.line("import java.util.List;");
        }
        if (anyField(field -> !(field.type() instanceof Scalar scalar && scalar.isPrimitive()))) {
            java.line("import java.util.Objects;");
        }
        if (definition.root().contains(Scalar.UUID)) {
            java.line("import java.util.UUID;");
        }
        java.line("");
    }

    private boolean anyField(Predicate<Field> predicate) {
        return definition.root().fields().stream().anyMatch(predicate)
                || definition.structs().stream()
                        .anyMatch(struct -> struct.fields().stream().anyMatch(predicate));
    }

    private void record(Struct struct, boolean top) {
        String implemented =
                !top ? "" : definition.kind() == Kind.DATA ? " implements Message" : " implements ApiMessage";
        java.line("/** %s */", documentation(struct, top));
        java.line(
                "public record %s(%s)%s {",
                struct.name(),
                struct.fields().stream()
                        .map(field -> field.type().javaName() + " " + field.name())
                        .collect(Collectors.joining(", ")),
                implemented);
        if (top) {
            constants();
        }
        if (isFieldType(struct)) {
            java.line("static final %s DEFAULT = builder().build();", struct.name())
                    .line("");
        }
        nullChecks(struct);
        if (top && definition.kind() != Kind.DATA) {
            java.line("@Override").line("public short apiKey() {");
            java.line("return API_KEY;").line("}").line("");
        }
        new CodecGenerator(definition, struct, java).generate();
        equality(struct);
        builder(struct);
        if (top) {
            definition.structs().forEach(nested -> record(nested, false));
        }
        java.line("}").line("");
    }

    private String documentation(Struct struct, boolean top) {
        Versions versions = struct.versions();
        String range = versions.low() == versions.high()
                ? "version " + versions.low()
                : "versions " + versions.low() + " to " + versions.high();
        return top
                ? "{@code " + struct.name() + "}, " + range + "; defined in {@code " + definition.source() + "}."
                : "In " + range + " of {@link " + definition.name() + "}.";
    }

    private void constants() {
        Versions versions = definition.versions();
        Versions flexible = definition.flexible();
        int lowestFlexible = flexible.isEmpty() ? Short.MAX_VALUE : flexible.low();
        if (definition.kind() != Kind.DATA) {
            java.line("public static final short API_KEY = %d;", definition.apiKey());
        }
        java.line("public static final short LOWEST_VERSION = %d;", versions.low());
        java.line("public static final short HIGHEST_VERSION = %d;", versions.high());
        java.line("public static final short LOWEST_FLEXIBLE_VERSION = %d;", lowestFlexible);
        if (definition.kind() == Kind.REQUEST) {
            String api = definition.name().replaceFirst("Request$", "");
            java.line(
                    "public static final Api API = new Api(API_KEY, \"%s\", LOWEST_VERSION, HIGHEST_VERSION,"
                            + " LOWEST_FLEXIBLE_VERSION, %1$sRequest::read, %1$sResponse::read);",
                    api);
        }
        java.line("");
    }

    /** Whether some field holds this struct itself, not a list of it: it then needs a default. */
    private boolean isFieldType(Struct struct) {
        return anyField(field -> field.type() instanceof Type.Nested nested && nested.struct() == struct);
    }

    private void nullChecks(Struct struct) {
        List<Field> checked = struct.fields().stream()
                .filter(field -> field.nullable().isEmpty() && !isPrimitive(field.type()))
                .toList();
        if (!checked.isEmpty()) {
            java.line("public %s {", struct.name());
            checked.forEach(field -> java.line("Objects.requireNonNull(%s, \"%1$s\");", field.name()));
            java.line("}").line("");
        }
    }

    /** Records compare arrays by identity; messages compare bytes by content. */
    private void equality(Struct struct) {
        if (struct.fields().stream().noneMatch(field -> field.type() == Scalar.BYTES)) {
            return;
        }
        java.line("@Override").line("public boolean equals(Object other) {");
        java.line(
                "return other instanceof %s that && %s;",
                struct.name(),
                struct.fields().stream().map(RecordGenerator::equalValues).collect(Collectors.joining(" && ")));
        java.line("}").line("");
        java.line("@Override").line("public int hashCode() {");
        java.line(
                "return Objects.hash(%s);",
                struct.fields().stream()
                        .map(field ->
                                field.type() == Scalar.BYTES ? "Arrays.hashCode(" + field.name() + ")" : field.name())
                        .collect(Collectors.joining(", ")));
        java.line("}").line("");
    }

    private static String equalValues(Field field) {
        String format = field.type() == Scalar.BYTES
                ? "Arrays.equals(this.%1$s, that.%1$s)"
                : isPrimitive(field.type()) ? "this.%1$s == that.%1$s" : "Objects.equals(this.%1$s, that.%1$s)";
        return format.formatted(field.name());
    }

    private void builder(Struct struct) {
        java.line("public static Builder builder() {");
        java.line("return new Builder();").line("}").line("");
        java.line("/** Builds {@link %s}; every field starts at its default. */", struct.name());
        java.line("public static final class Builder {");
        for (Field field : struct.fields()) {
            java.line("private %s %s = %s;", field.type().javaName(), field.name(), Defaults.expression(field));
        }
        java.line("").line("private Builder() {}").line("");
        for (Field field : struct.fields()) {
            java.line("public Builder %s(%s %1$s) {", field.name(), field.type().javaName());
            java.line("this.%s = %1$s;", field.name());
            java.line("return this;").line("}").line("");
        }
        java.line("public %s build() {", struct.name());
        java.line(
                "return new %s(%s);",
                struct.name(), struct.fields().stream().map(Field::name).collect(Collectors.joining(", ")));
        java.line("}").line("}").line("");
    }

    private static boolean isPrimitive(Type type) {
        return type instanceof Scalar scalar && scalar.isPrimitive();
    }
}
