package io.flotilla.broker.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Reads a Java properties file and remembers the line of each entry, which {@link Properties} does not. What a line means
 * is left to {@code Properties}.
 */
final class PropertyFile {
    private PropertyFile() {}

    /**
     * One line {@code name=value}.
     *
     * @param origin where it was written, for messages: {@code server.properties:12}
     */
    record Entry(String name, String value, String origin) {}

    /** The entries in the order of the file, doubles included. */
    static List<Entry> read(Path file) throws IOException {
        return parse(Files.readAllLines(file), file.toString());
    }

    static List<Entry> parse(List<String> lines, String file) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            int first = i;
            StringBuilder logical = new StringBuilder(lines.get(i));
            while (!comment(lines.get(first)) && continues(lines.get(i)) && i + 1 < lines.size()) {
                logical.append('\n').append(lines.get(++i));
            }
            String origin = file + ":" + (first + 1);
            Properties properties = load(logical.toString(), origin);
            for (String name : properties.stringPropertyNames()) {
                entries.add(new Entry(name, properties.getProperty(name), origin));
            }
        }
        return entries;
    }

    private static Properties load(String logicalLine, String origin) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(logicalLine));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(List.of(origin + ": " + e.getMessage()));
        }
        return properties;
    }

    private static boolean comment(String line) {
        String text = line.stripLeading();
        return text.startsWith("#") || text.startsWith("!");
    }

    /** A line goes on in the next when it ends in an odd number of backslashes. */
    private static boolean continues(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }
}
