package io.flotilla.broker.cluster;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Identifiers as Kafka makes and shows them. */
final class Identifiers {
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_2 = 0x8000_0000_0000_0000L;

    private Identifiers() {}

    /** A random (type 4) identifier whose {@link #text} does not begin with a dash, which tools would take for an option. */
    static UUID random(RandomGenerator random) {
        UUID id;
        do {
            long high = random.nextLong() & ~0xF000L | VERSION_4;
            long low = random.nextLong() >>> 2 | VARIANT_2;
            id = new UUID(high, low);
        } while (text(id).startsWith("-"));
        return id;
    }

    /** 22 characters of URL-safe base64. */
    static String text(UUID id) {
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
