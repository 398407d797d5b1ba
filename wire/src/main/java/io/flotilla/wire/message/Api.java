package io.flotilla.wire.message;

import io.netty.buffer.ByteBuf;

/**
 * What a definition says about an API; the generated requests hold one each.
 *
 * @param key the API's number
 * @param name as in the protocol's documentation, for example {@code Fetch}
 * @param lowestFlexibleVersion above {@code highestVersion} where no version is flexible
 */
public record Api(
        short key,
        String name,
        short lowestVersion,
        short highestVersion,
        short lowestFlexibleVersion,
        Reader requestReader,
        Reader responseReader) {

    /** The {@code read} method of a message. */
    @FunctionalInterface
    public interface Reader {
        ApiMessage read(ByteBuf in, short version);
    }
}
