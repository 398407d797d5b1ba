package io.flotilla.wire.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The build step: {@code Generator SCHEMA_DIR SOURCE_DIR} turns every {@code *.msg} file below the first into Java sources. Files that would
 * not change are left alone, so that nothing is recompiled without need; files of definitions that are gone are deleted.
 */
public final class Generator {
    private Generator() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: Generator SCHEMA_DIR SOURCE_DIR");
        }
        Path packageDir = Path.of(args[1]).resolve(RecordGenerator.PACKAGE.replace('.', '/'));
        Map<String, String> sources = new LinkedHashMap<>();
        for (Definition definition : definitions(Path.of(args[0]))) {
            String file = definition.name() + ".java";
            if (sources.put(file, RecordGenerator.generate(definition)) != null) {
                throw new SchemaException(definition.source(), 1, "message " + definition.name() + " is defined twice");
            }
        }
        update(packageDir, sources);
    }

    /** Parses every definition file in and below a directory, in the order of their names. */
    public static List<Definition> definitions(Path schemaDir) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.walk(schemaDir)) {
            files = listed.filter(file -> file.toString().endsWith(".msg"))
                    .sorted()
                    .toList();
        }
        List<Definition> definitions = new ArrayList<>();
        for (Path file : files) {
            definitions.addAll(SchemaParser.parse(file.getFileName().toString(), Files.readString(file)));
        }
        return definitions;
    }

    private static void update(Path dir, Map<String, String> sources) throws IOException {
        Files.createDirectories(dir);
        try (Stream<Path> present = Files.list(dir)) {
            for (Path file : present.toList()) {
                if (!sources.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = dir.resolve(source.getKey());
            if (!Files.exists(file) || !Files.readString(file).equals(source.getValue())) {
                Files.writeString(file, source.getValue());
            }
        }
    }
}
