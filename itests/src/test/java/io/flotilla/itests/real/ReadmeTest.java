package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README claims no client that no test drives. */
class ReadmeTest {
    private static final String BEGIN = "<!-- clients and their tests -->";
    private static final String END = "<!-- end of the clients -->";

    @Test
    void everyClientListedHasItsTests() throws Exception {
        String text = Files.readString(Path.of("..", "README.md"));
        List<String> rows = text.substring(text.indexOf(BEGIN), text.indexOf(END))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Client"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(4);
        for (String row : rows) {
            for (String test : row.split("\\|")[3].trim().split(", ")) {
                Class<?> type = Class.forName(getClass().getPackageName() + "." + test);
                assertThat(type.getDeclaredMethods())
                        .as(row)
                        .anyMatch(method -> method.isAnnotationPresent(Test.class));
            }
        }
    }
}
