package io.flotilla.raft.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Races told as text, in {@code src/test/resources/raft}. */
class GoldenScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/raft");

    static Stream<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.sorted().map(SCRIPTS::relativize).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void plays(Path script) throws IOException {
        new GoldenScript().run(Files.readAllLines(SCRIPTS.resolve(script)));
    }
}
