package io.flotilla.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flotilla.wire.schema.Type.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds our definitions against the JSON files inside Kafka's jars: every field, its place, type, versions, nullability,
 * tag, default, and whether it is ignorable where that matters.
 */
class DefinitionsAgainstKafkaTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    static List<Definition> kafkas() throws IOException {
        return Generator.definitions(Path.of("src/main/schema/kafka"));
    }

    @ParameterizedTest
    @MethodSource("kafkas")
    void ourDefinitionIsKafkas(Definition ours) throws IOException {
        Reference kafka = new Reference(ours.name());

        assertThat(ours.versions()).isEqualTo(kafka.versions());
        assertThat(ours.flexible()).isEqualTo(kafka.flexible());
        if (ours.kind() != Definition.Kind.DATA) {
            assertThat(ours.apiKey()).isEqualTo(kafka.json.get("apiKey").intValue());
        }
        assertThat(lines(ours.root(), ours.versions(), "")).isEqualTo(kafka.lines());
    }

    @Test
    void whatIsNotInTheDirectoryOfKafkasDefinitionsIsUnknownToKafka() throws IOException {
        List<String> kafkas = kafkas().stream().map(Definition::name).toList();
        List<String> all = Generator.definitions(Path.of("src/main/schema")).stream()
                .map(Definition::name)
                .filter(name -> !kafkas.contains(name))
                .toList();

        assertThat(all).allSatisfy(name -> assertThat(resource(name)).isNull());
    }

    /** One line per field, depth first. */
    private static List<String> lines(Struct struct, Versions context, String indent) {
        List<String> lines = new ArrayList<>();
        for (Field field : struct.fields()) {
            lines.add(indent
                    + line(
                            field.name(),
                            schemaType(field.type()),
                            field.versions(),
                            field.nullable(),
                            defaultOf(field),
                            field.tag(),
                            field.ignorable() && !field.versions().equals(context),
                            field.inflexible()));
            structOf(field.type()).ifPresent(nested -> lines.addAll(lines(nested, field.versions(), indent + "  ")));
        }
        return lines;
    }

    private static String line(
            String name,
            String type,
            Versions versions,
            Versions nullable,
            String defaultValue,
            int tag,
            boolean ignorable,
            boolean inflexible) {
        return name + " " + type + " " + versions + (nullable.isEmpty() ? "" : " nullable " + nullable) + " = "
                + defaultValue + (tag < 0 ? "" : " tag " + tag) + (ignorable ? " ignorable" : "")
                + (inflexible ? " inflexible" : "");
    }

    private static String schemaType(Type type) {
        if (type instanceof Type.Array array) {
            return "[]" + schemaType(array.element());
        }
        return type instanceof Scalar scalar ? scalar.schemaName() : "struct";
    }

    private static Optional<Struct> structOf(Type type) {
        Type element = type instanceof Type.Array array ? array.element() : type;
        return element instanceof Type.Nested nested ? Optional.of(nested.struct()) : Optional.empty();
    }

    /** Null stays what it says; all other defaults that a definition leaves out look alike. */
    private static String defaultOf(Field field) {
        boolean implied = field.defaultValue() == null || List.of("0", "false").contains(field.defaultValue());
        return implied ? "" : field.defaultValue();
    }

    private static InputStream resource(String name) {
        return DefinitionsAgainstKafkaTest.class.getResourceAsStream("/common/message/" + name + ".json");
    }

    /** A definition of Kafka's, reduced to its stable versions and told as lines like ours. */
    private static final class Reference {
        private final JsonNode json;
        private final Map<String, JsonNode> commonStructs = new LinkedHashMap<>();

        Reference(String name) throws IOException {
            try (InputStream in = resource(name)) {
                assertThat(in).as("Kafka's definition of " + name).isNotNull();
                json = JSON.readTree(in);
            }
            json.path("commonStructs")
                    .forEach(struct -> commonStructs.put(struct.get("name").textValue(), struct));
        }

        Versions versions() throws IOException {
            Versions all = Versions.parse(json.get("validVersions").textValue());
            return isLatestUnstable() ? new Versions(all.low(), all.high() - 1) : all;
        }

        Versions flexible() throws IOException {
            return Versions.parse(json.get("flexibleVersions").textValue()).intersect(versions());
        }

        List<String> lines() throws IOException {
            return lines(json.get("fields"), versions(), "");
        }

        /** Requests say whether their API's latest version is unstable. */
        private boolean isLatestUnstable() throws IOException {
            String name = json.get("name").textValue().replaceFirst("Response$", "Request");
            try (InputStream in = resource(name)) {
                return JSON.readTree(in).path("latestVersionUnstable").booleanValue();
            }
        }

        private List<String> lines(JsonNode fields, Versions context, String indent) {
            List<String> lines = new ArrayList<>();
            for (JsonNode field : fields) {
                Versions versions =
                        Versions.parse(field.get("versions").textValue()).intersect(context);
                if (versions.isEmpty()) {
                    continue;
                }
                String type = field.get("type").textValue();
                String element = type.replace("[]", "");
                boolean isStruct = Character.isUpperCase(element.charAt(0));
                lines.add(indent
                        + line(
                                Character.toLowerCase(
                                                field.get("name").textValue().charAt(0))
                                        + field.get("name").textValue().substring(1),
                                isStruct ? type.replace(element, "struct") : type,
                                versions,
                                Versions.parse(field.path("nullableVersions").asText("none"))
                                        .intersect(versions),
                                defaultOf(field),
                                field.path("tag").asInt(-1),
                                field.path("ignorable").booleanValue() && !versions.equals(context),
                                field.path("flexibleVersions").asText("").equals("none")));
                if (isStruct) {
                    JsonNode nested = commonStructs.getOrDefault(element, field).get("fields");
                    lines.addAll(lines(nested, versions, indent + "  "));
                }
            }
            return lines;
        }

        private static String defaultOf(JsonNode field) {
            if (!field.has("default")) {
                return "";
            }
            String text = field.get("default").asText();
            String number = text.startsWith("0x") ? Long.decode(text).toString() : text;
            return List.of("0", "false").contains(number) ? "" : number;
        }
    }
}
