package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Races told as text, in {@code src/test/resources/raft}. */
class GoldenScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/raft");

    static List<String> scripts() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void plays(String script) throws IOException {
        play(script, SafetyRules.RAFT);
    }

    @ParameterizedTest
    @EnumSource
    void failsWithABrokenRule(BrokenRule broken) {
        assertThatThrownBy(() -> play(broken.script, broken.rules)).isInstanceOf(AssertionError.class);
    }

    private static void play(String script, SafetyRules rules) throws IOException {
        new GoldenScript(rules).run(Files.readAllLines(SCRIPTS.resolve(script)));
    }
}
