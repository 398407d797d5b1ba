package io.flotilla.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/configuration.md} to the definitions; with {@code -Dflotilla.docs.write=true} writes it anew. */
class ConfigurationDocTest {
    private static final Path PROJECT = Path.of("..");
    private static final String BEGIN = "<!-- broker properties: generated from BrokerProperties -->\n";
    private static final String END = "<!-- end of broker properties -->\n";

    @Test
    void theDocumentedTableIsTheDefinedOne() throws IOException {
        Path file = PROJECT.resolve("docs/configuration.md");
        String text = Files.readString(file);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        if (Boolean.getBoolean("flotilla.docs.write")) {
            Files.writeString(file, text.substring(0, from) + tables() + text.substring(to));
            return;
        }
        assertThat(text.substring(from, to))
                .as("docs/configuration.md; run this test with -Dflotilla.docs.write=true to bring it up to date")
                .isEqualTo(tables());
    }

    @Test
    void theShippedFileIsAccepted() throws IOException {
        BrokerConfig config = BrokerConfig.load(PROJECT.resolve("config/server.properties"), Map.of());

        assertThat(config.voters()).hasSize(1);
    }

    private static String tables() {
        StringBuilder out = new StringBuilder();
        for (BrokerProperties.Section section : BrokerProperties.SECTIONS) {
            out.append("\n## ").append(section.title()).append("\n\n");
            out.append("| Property | Default | Allowed | Changeable | Meaning |\n|---|---|---|---|---|\n");
            section.properties().forEach(property -> out.append(row(property)));
        }
        return out.append('\n').toString();
    }

    private static String row(Property<?> property) {
        String unset = property.required() ? "must be set" : "unset";
        return String.format(
                "| `%s` | %s | %s | %s | %s |\n",
                property.name(),
                property.defaultText() == null ? unset : "`" + property.defaultText() + "`",
                property.type().label() + ": " + property.allowed(),
                property.dynamic() ? "yes" : "",
                property.doc());
    }
}
