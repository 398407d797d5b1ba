package io.flotilla.wire.record;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.xerial.snappy.Snappy;

/**
 * Reads Snappy data block by block, each checked before memory is set aside for it: the length fields of snappy-java's own
 * stream decide how much it allocates, up to 512 MiB for a batch of a few bytes (see CVE-2023-34455).
 *
 * <p>Layout: the 8-byte magic {@code 82 'SNAPPY' 00}, version int32, oldest compatible version int32, then blocks of
 * length int32 and that many bytes of raw Snappy. The header may occur again where streams were joined. Data that does
 * not begin with the magic is one raw block without a length.
 */
final class SnappyBlocks extends InputStream {
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int MAGIC_START = (int) (MAGIC >>> 32);
    private static final int HEADER_BYTES = 16;
    /** A raw block cannot grow more than this: two bytes or more say at most "copy 64 bytes". */
    private static final int MAX_RATIO = 64;

    private final ByteBuf source;
    private final int maxBytes;
    private byte[] block = new byte[0];
    private int at;

    /** Reads a slice that begins with the data, so that its reader index is 0 there. */
    SnappyBlocks(ByteBuf source, int maxBytes) {
        this.source = source;
        this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        while (at == block.length) {
            if (!source.isReadable()) {
                return -1;
            }
            nextBlock();
        }
        int count = Math.min(length, block.length - at);
        System.arraycopy(block, at, target, offset, count);
        at += count;
        return count;
    }

    private void nextBlock() throws IOException {
        int left = source.readableBytes();
        if (startsWithMagic(left)) {
            if (left < HEADER_BYTES) {
                throw new IOException("stream header cut off");
            }
            source.skipBytes(HEADER_BYTES);
            return;
        }
        if (source.readerIndex() == 0) {
            uncompress(left);
            return;
        }
        if (left < Integer.BYTES) {
            throw new IOException("block length cut off");
        }
        int length = source.readInt();
        if (length < 0 || length > source.readableBytes()) {
            throw new IOException("block of %d bytes with %d left".formatted(length, source.readableBytes()));
        }
        uncompress(length);
    }

    private boolean startsWithMagic(int left) {
        int start = source.readerIndex();
        return left >= Long.BYTES
                ? source.getLong(start) == MAGIC
                : left >= Integer.BYTES && source.getInt(start) == MAGIC_START;
    }

    private void uncompress(int length) throws IOException {
        byte[] raw = new byte[length];
        source.readBytes(raw);
        int size = Snappy.uncompressedLength(raw, 0, length);
        if (size < 0 || size > (long) length * MAX_RATIO) {
            throw new IOException("block of %d bytes claims to hold %d".formatted(length, size));
        }
        if (size > maxBytes) {
            throw new InvalidBatchException(
                    BatchFault.DECOMPRESSED_TOO_LARGE, "block of %d bytes, more than %d".formatted(size, maxBytes));
        }
        block = new byte[size];
        at = 0;
        Snappy.uncompress(raw, 0, length, block, 0);
    }
}
