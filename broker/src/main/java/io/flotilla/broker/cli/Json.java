package io.flotilla.broker.cli;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Writes JSON for other programs to read: maps, collections, strings, numbers, booleans and null. */
final class Json {
    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder();

    private Json() {}

    /** The value as text, indented, members in the map's order. */
    static String of(Object value) {
        Json json = new Json();
        json.write(value, "\n");
        return json.out.toString();
    }

    /** The value as text on one line. */
    static String line(Object value) {
        Json json = new Json();
        json.write(value, "");
        return json.out.toString();
    }

    private void write(Object value, String newLine) {
        if (value instanceof Map<?, ?> map) {
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            nested('{', '}', entries.hasNext(), newLine, inner -> {
                Map.Entry<?, ?> entry = entries.next();
                string(String.valueOf(entry.getKey()));
                out.append(": ");
                write(entry.getValue(), inner);
                return entries.hasNext();
            });
        } else if (value instanceof Collection<?> collection) {
            Iterator<?> items = collection.iterator();
            nested('[', ']', items.hasNext(), newLine, inner -> {
                write(items.next(), inner);
                return items.hasNext();
            });
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            string(value.toString());
        }
    }

    /** Writes one member and tells whether there are more. */
    private interface Member {
        boolean write(String newLine);
    }

    private void nested(char open, char close, boolean any, String newLine, Member member) {
        out.append(open);
        String inner = newLine.isEmpty() ? "" : newLine + INDENT;
        boolean more = any;
        while (more) {
            out.append(inner);
            more = member.write(inner);
            if (more) {
                out.append(newLine.isEmpty() ? ", " : ",");
            }
        }
        out.append(any ? newLine : "").append(close);
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
