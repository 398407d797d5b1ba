package io.flotilla.log.state;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/** Topic and directory ids as text, in Kafka's way: 22 characters of URL-safe base64. */
public final class Ids {
    private static final int BYTES = 16;

    private Ids() {}

    public static String format(UUID id) {
        ByteBuffer bytes =
                ByteBuffer.allocate(BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** @throws IllegalArgumentException if the text is not an id */
    public static UUID parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("not an id: " + text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
