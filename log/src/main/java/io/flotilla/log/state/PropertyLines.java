package io.flotilla.log.state;

import java.util.Map;
import java.util.TreeMap;

/** Reads small text files of one {@code name<separator>value} a line; lines that start with # are comments. */
final class PropertyLines {
    private PropertyLines() {}

    static Map<String, String> parse(String text, String separator) {
        Map<String, String> values = new TreeMap<>();
        for (String line : text.split("\n")) {
            int at = line.indexOf(separator);
            if (at > 0 && !line.startsWith("#")) {
                values.put(
                        line.substring(0, at).strip(),
                        line.substring(at + separator.length()).strip());
            }
        }
        return values;
    }

    static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }
}
