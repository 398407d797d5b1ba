package io.flotilla.wire.record;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/**
 * How the records of a batch are compressed. The constants are in the order of the protocol's ids. Codec libraries and
 * their native code are loaded when first used.
 */
public enum Compression {
    /** The records as they are. */
    NONE {
        @Override
        InputStream reader(ByteBuf compressed, int maxBytes) {
            return new ByteBufInputStream(compressed);
        }

        @Override
        OutputStream writer(OutputStream out) {
            return out;
        }
    },
    /** RFC 1952. */
    GZIP {
        @Override
        InputStream reader(ByteBuf compressed, int maxBytes) throws IOException {
            return new GZIPInputStream(new ByteBufInputStream(compressed), CHUNK_BYTES);
        }

        @Override
        OutputStream writer(OutputStream out) throws IOException {
            return new GZIPOutputStream(out, CHUNK_BYTES);
        }
    },
    /** Snappy blocks in the framing of snappy-java; read also without framing, as librdkafka writes it. */
    SNAPPY {
        @Override
        InputStream reader(ByteBuf compressed, int maxBytes) {
            return new SnappyBlocks(compressed, maxBytes);
        }

        @Override
        OutputStream writer(OutputStream out) {
            return new SnappyOutputStream(out);
        }
    },
    /** One LZ4 frame of independent blocks. */
    LZ4 {
        @Override
        InputStream reader(ByteBuf compressed, int maxBytes) throws IOException {
            return new LZ4FrameInputStream(new ByteBufInputStream(compressed), true);
        }

        @Override
        OutputStream writer(OutputStream out) throws IOException {
            return new LZ4FrameOutputStream(
                    out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB, LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
        }
    },
    /** RFC 8878. */
    ZSTD {
        @Override
        InputStream reader(ByteBuf compressed, int maxBytes) throws IOException {
            return new ZstdInputStreamNoFinalizer(new ByteBufInputStream(compressed));
        }

        @Override
        OutputStream writer(OutputStream out) throws IOException {
            return new ZstdOutputStreamNoFinalizer(out);
        }
    };

    private static final int CHUNK_BYTES = 8 * 1024;
    private static final Compression[] BY_ID = values();

    /** The id in the attributes of a batch. */
    public int id() {
        return ordinal();
    }

    /** Whether an id has a meaning. */
    public static boolean isKnown(int id) {
        return id >= 0 && id < BY_ID.length;
    }

    /**
     * The compression with an id.
     *
     * @throws InvalidBatchException {@link BatchFault#UNKNOWN_COMPRESSION} if there is none
     */
    public static Compression forId(int id) {
        if (!isKnown(id)) {
            throw new InvalidBatchException(BatchFault.UNKNOWN_COMPRESSION, "unknown compression id " + id);
        }
        return BY_ID[id];
    }

    /**
     * Decompresses, in steps, so that a small input which claims to be huge costs no more than the limit.
     *
     * @param source holds the compressed bytes, not changed
     * @param position absolute index of the first
     * @param length how many
     * @param maxBytes refuse to produce more than this
     * @return a heap buffer that the caller releases
     * @throws InvalidBatchException {@link BatchFault#DECOMPRESSED_TOO_LARGE} or {@link BatchFault#DECOMPRESSION_FAILED}
     */
    public ByteBuf decompress(ByteBuf source, int position, int length, int maxBytes) {
        long most = maxBytes + 1L; // one byte past the limit proves that it is exceeded
        int ceiling = (int) Math.min(most, Integer.MAX_VALUE);
        int guess = (int) Math.min(Math.max(4L * length, CHUNK_BYTES), ceiling);
        ByteBuf target = source.alloc().heapBuffer(guess, ceiling);
        boolean done = false;
        try (InputStream reader = reader(source.slice(position, length), maxBytes)) {
            while (target.readableBytes() < ceiling) {
                int room = Math.min(Math.max(target.writableBytes(), CHUNK_BYTES), ceiling - target.readableBytes());
                if (target.writeBytes(reader, room) <= 0) {
                    break;
                }
            }
            done = target.readableBytes() <= maxBytes;
        } catch (InvalidBatchException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new InvalidBatchException(
                    BatchFault.DECOMPRESSION_FAILED, "%s data does not decompress: %s".formatted(this, e), e);
        } finally {
            if (!done) {
                target.release();
            }
        }
        if (!done) {
            throw new InvalidBatchException(
                    BatchFault.DECOMPRESSED_TOO_LARGE,
                    "%s data of %d bytes decompresses to more than %d".formatted(this, length, maxBytes));
        }
        return target;
    }

    /** Compresses all readable bytes of one buffer to the end of another. */
    void compress(ByteBuf source, ByteBuf target) {
        try (OutputStream writer = writer(new ByteBufOutputStream(target))) {
            source.readBytes(writer, source.readableBytes());
        } catch (IOException e) {
            throw new IllegalStateException(this + " failed to compress into memory", e);
        }
    }

    abstract InputStream reader(ByteBuf compressed, int maxBytes) throws IOException;

    abstract OutputStream writer(OutputStream out) throws IOException;
}
