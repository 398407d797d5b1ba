package io.flotilla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/architecture.md} to the code: what it names by name is there. */
class ArchitectureDocTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern TYPE = Pattern.compile("`(?:[a-z.]+\\.)?([A-Z][A-Za-z]+)`");

    @Test
    void everyTypeItNamesExists() throws IOException {
        Set<String> named = new TreeSet<>();
        Matcher types = TYPE.matcher(Files.readString(ROOT.resolve("docs/architecture.md")));
        while (types.find()) {
            named.add(types.group(1));
        }
        Set<String> known = sourcesIn("wire", "raft", "log", "broker", "sim", "itests", "bench");

        assertThat(named).hasSizeGreaterThan(20).isSubsetOf(known);
    }

    private static Set<String> sourcesIn(String... modules) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : modules) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                names.addAll(files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .map(name -> name.substring(0, name.length() - ".java".length()))
                        .collect(Collectors.toSet()));
            }
        }
        return names;
    }
}
