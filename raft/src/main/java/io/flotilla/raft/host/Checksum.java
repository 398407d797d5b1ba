package io.flotilla.raft.host;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C, as the log uses it. */
final class Checksum {
    private Checksum() {}

    /** The checksum of the readable bytes, which stay readable. */
    static int of(ByteBuf bytes) {
        CRC32C crc = new CRC32C();
        for (ByteBuffer part : bytes.nioBuffers()) {
            crc.update(part);
        }
        return (int) crc.getValue();
    }
}
