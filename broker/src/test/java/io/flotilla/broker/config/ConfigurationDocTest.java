package io.flotilla.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/configuration.md} to the definitions; with {@code -Dflotilla.docs.write=true} writes it anew. */
class ConfigurationDocTest {
    private static final Path PROJECT = Path.of("..");
    private static final String BEGIN = "<!-- generated from BrokerProperties and TopicProperties -->\n";
    private static final String END = "<!-- end of what is generated -->\n";

    @Test
    void theDocumentedTablesAreTheDefinedOnes() throws IOException {
        Path file = PROJECT.resolve("docs/configuration.md");
        String text = Files.readString(file);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        String tables = brokerTables() + topicTable();
        if (Boolean.getBoolean("flotilla.docs.write")) {
            Files.writeString(file, text.substring(0, from) + tables + text.substring(to));
            return;
        }
        assertThat(text.substring(from, to))
                .as("docs/configuration.md; run this test with -Dflotilla.docs.write=true to bring it up to date")
                .isEqualTo(tables);
    }

    @Test
    void theShippedFileIsAccepted() throws IOException {
        BrokerConfig config = BrokerConfig.load(PROJECT.resolve("config/server.properties"), Map.of());

        assertThat(config.voters()).hasSize(1);
    }

    private static String brokerTables() {
        StringBuilder out = new StringBuilder();
        for (BrokerProperties.Section section : BrokerProperties.SECTIONS) {
            out.append("\n## ").append(section.title()).append("\n\n");
            out.append("| Property | Default | Allowed | Changeable | Meaning |\n|---|---|---|---|---|\n");
            for (Property<?> property : section.properties()) {
                out.append(row(property, property.dynamic() ? "yes" : ""));
            }
        }
        return out.toString();
    }

    private static String topicTable() {
        StringBuilder out = new StringBuilder("\n## Configuration of a topic\n\n");
        out.append(
                "Set when the topic is created, or later. What a topic does not set is given by the broker's property.\n\n");
        out.append("| Property | Default | Allowed | Broker's property | Meaning |\n|---|---|---|---|---|\n");
        for (TopicProperty<?> topic : TopicProperties.all().values()) {
            String synonyms = topic.synonyms().stream()
                    .map(synonym -> "`" + synonym.property().name() + "`")
                    .collect(Collectors.joining(", "));
            out.append(row(topic.property(), synonyms));
        }
        return out.append('\n').toString();
    }

    private static String row(Property<?> property, String fourth) {
        String unset = property.required() ? "must be set" : "unset";
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        property.name(),
                        property.defaultText() == null ? unset : "`" + property.defaultText() + "`",
                        property.type().label() + ": " + property.allowed(),
                        fourth,
                        property.doc());
    }
}
