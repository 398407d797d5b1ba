package io.flotilla.broker.cli;

import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordHeader;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes records as a pattern says, with kcat's letters. Keys and values go out as the bytes they are. */
final class RecordFormat {
    /** For help texts. */
    static final String LETTERS = "%%s value, %%k key, %%h headers, %%t topic, %%p partition, %%o offset,"
            + " %%T timestamp, \\n newline, \\t tab";

    private final String topic;
    private final List<Part> parts = new ArrayList<>();

    private interface Part {
        void write(int partition, Record record, OutputStream out) throws IOException;
    }

    /** @throws IllegalArgumentException when the pattern has an unknown letter */
    RecordFormat(String pattern, String topic) {
        this.topic = topic;
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            boolean special = c == '%' || c == '\\';
            if (special && i + 1 == pattern.length()) {
                throw new IllegalArgumentException("'" + c + "' at the end of the format");
            }
            if (c == '%' && pattern.charAt(i + 1) != '%') {
                addLiteral(literal);
                parts.add(part(pattern.charAt(++i)));
            } else {
                literal.append(special ? escaped(c, pattern.charAt(++i)) : c);
            }
        }
        addLiteral(literal);
    }

    void write(int partition, Record record, OutputStream out) throws IOException {
        for (Part part : parts) {
            part.write(partition, record, out);
        }
    }

    private void addLiteral(StringBuilder literal) {
        if (literal.length() > 0) {
            byte[] bytes = literal.toString().getBytes(StandardCharsets.UTF_8);
            parts.add((partition, record, out) -> out.write(bytes));
            literal.setLength(0);
        }
    }

    private static char escaped(char mark, char c) {
        if (mark == '%') {
            return c;
        }
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case '\\' -> '\\';
            default -> throw new IllegalArgumentException("unknown '\\" + c + "' in the format");
        };
    }

    private Part part(char letter) {
        return switch (letter) {
            case 's' -> (partition, record, out) -> write(record.value(), out);
            case 'k' -> (partition, record, out) -> write(record.key(), out);
            case 'h' -> (partition, record, out) -> writeHeaders(record.headers(), out);
            case 't' -> (partition, record, out) -> write(topic, out);
            case 'p' -> (partition, record, out) -> write(Integer.toString(partition), out);
            case 'o' -> (partition, record, out) -> write(Long.toString(record.offset()), out);
            case 'T' -> (partition, record, out) -> write(Long.toString(record.timestamp()), out);
            default -> throw new IllegalArgumentException("unknown '%" + letter + "' in the format");
        };
    }

    private static void writeHeaders(List<RecordHeader> headers, OutputStream out) throws IOException {
        for (int i = 0; i < headers.size(); i++) {
            write((i == 0 ? "" : ",") + headers.get(i).key() + "=", out);
            write(headers.get(i).value(), out);
        }
    }

    private static void write(String text, OutputStream out) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Null, as of a tombstone, is written as nothing. */
    private static void write(ByteBuf bytes, OutputStream out) throws IOException {
        if (bytes != null) {
            bytes.getBytes(bytes.readerIndex(), out, bytes.readableBytes());
        }
    }
}
