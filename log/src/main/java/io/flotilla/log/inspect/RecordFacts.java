package io.flotilla.log.inspect;

import io.flotilla.wire.record.Record;
import io.flotilla.wire.record.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Says what is in a record: as text what is text, the rest in Base64. */
final class RecordFacts {
    private static final String BINARY = "Base64";

    private RecordFacts() {}

    static Fact of(Record record) {
        Fact fact = new Fact("record").with("offset", record.offset()).withTime("timestamp", record.timestamp());
        add(fact, "key", record.key());
        add(fact, "value", record.value());
        for (RecordHeader header : record.headers()) {
            add(fact, "header." + header.key(), header.value());
        }
        return fact;
    }

    /** Adds bytes under a name, which tells when they are not text. Null is left out. */
    static void add(Fact fact, String name, ByteBuf bytes) {
        if (bytes == null) {
            return;
        }
        byte[] content = ByteBufUtil.getBytes(bytes);
        String text = text(content);
        if (text != null) {
            fact.with(name, text);
        } else {
            fact.with(name + BINARY, Base64.getEncoder().encodeToString(content));
        }
    }

    private static String text(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            boolean readable = text.chars().allMatch(c -> !Character.isISOControl(c) || Character.isWhitespace(c));
            return readable ? text : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
