package io.flotilla.log.fs;

import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bytes that are to be sent as they stand in a file: a buffer that holds none of them, only where they are. A network that
 * can, sends them from the file ({@link #channel}); everybody else reads them like those of any other buffer, each time from
 * the file, which blocks, and fails with {@link UncheckedIOException} where the file has become shorter. Read-only; the file
 * stays open until the last reference is released.
 */
public final class FileBytes extends AbstractReferenceCountedByteBuf {
    private final FileHandle file;
    private final AtomicInteger users;
    private final long position;
    private final int length;

    private FileBytes(FileHandle file, AtomicInteger users, long position, int length) {
        super(length);
        this.file = file;
        this.users = users;
        this.position = position;
        this.length = length;
        writerIndex(length);
    }

    /**
     * Ranges of a file, end to end.
     *
     * @param file passes to the result, whose release closes it
     * @param ranges position and length of each; at least one
     */
    public static ByteBuf of(FileHandle file, long... ranges) {
        ByteBuf[] parts = new ByteBuf[ranges.length / 2];
        AtomicInteger users = new AtomicInteger(parts.length);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new FileBytes(file, users, ranges[2 * i], Math.toIntExact(ranges[2 * i + 1]));
        }
        return parts.length == 1 ? parts[0] : Unpooled.wrappedBuffer(parts);
    }

    /** The operating system's handle of the file, or null: then the bytes are to be read. */
    public FileChannel channel() {
        return file.channel();
    }

    /** Where in the file the bytes begin. */
    public long position() {
        return position;
    }

    @Override
    protected void deallocate() {
        if (users.decrementAndGet() == 0) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private ByteBuffer read(int index, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        read(index, bytes);
        return bytes.flip();
    }

    private void read(int index, ByteBuffer target) {
        checkIndex(index, target.remaining());
        try {
            int wanted = target.remaining();
            if (file.read(target, position + index) < wanted) {
                throw new IOException("the file ends before position " + (position + index + wanted));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- reading, as buffers do

    @Override
    protected byte _getByte(int index) {
        return read(index, Byte.BYTES).get(0);
    }

    @Override
    protected short _getShort(int index) {
        return read(index, Short.BYTES).getShort(0);
    }

    @Override
    protected short _getShortLE(int index) {
        return Short.reverseBytes(_getShort(index));
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return (_getShort(index) & 0xFFFF) << Byte.SIZE | _getByte(index + Short.BYTES) & 0xFF;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return _getShortLE(index) & 0xFFFF | (_getByte(index + Short.BYTES) & 0xFF) << Short.SIZE;
    }

    @Override
    protected int _getInt(int index) {
        return read(index, Integer.BYTES).getInt(0);
    }

    @Override
    protected int _getIntLE(int index) {
        return Integer.reverseBytes(_getInt(index));
    }

    @Override
    protected long _getLong(int index) {
        return read(index, Long.BYTES).getLong(0);
    }

    @Override
    protected long _getLongLE(int index) {
        return Long.reverseBytes(_getLong(index));
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf target, int targetIndex, int count) {
        checkIndex(index, count);
        if (target.nioBufferCount() == 1) {
            read(index, target.internalNioBuffer(targetIndex, count));
        } else {
            target.setBytes(targetIndex, read(index, count));
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, byte[] target, int targetIndex, int count) {
        read(index, ByteBuffer.wrap(target, targetIndex, count));
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer target) {
        read(index, target);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int count) throws IOException {
        out.write(read(index, count).array());
        return this;
    }

    @Override
    public int getBytes(int index, GatheringByteChannel out, int count) throws IOException {
        return out.write(read(index, count));
    }

    @Override
    public int getBytes(int index, FileChannel out, long outPosition, int count) throws IOException {
        return out.write(read(index, count), outPosition);
    }

    @Override
    public ByteBuf copy(int index, int count) {
        return Unpooled.wrappedBuffer(read(index, count));
    }

    @Override
    public ByteBuffer nioBuffer(int index, int count) {
        return read(index, count).asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int count) {
        return nioBuffer(index, count);
    }

    @Override
    public int nioBufferCount() {
        return 1;
    }

    @Override
    public ByteBuffer[] nioBuffers(int index, int count) {
        return new ByteBuffer[] {nioBuffer(index, count)};
    }

    // ---- what it is

    @Override
    public int capacity() {
        return length;
    }

    @Override
    public ByteBuf capacity(int newCapacity) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public ByteBufAllocator alloc() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the superclass
    public ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public ByteBuf unwrap() {
        return null;
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public long memoryAddress() {
        throw new UnsupportedOperationException();
    }

    // ---- writing, which there is none of

    @Override
    protected void _setByte(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setShort(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setShortLE(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setMedium(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setInt(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setIntLE(int index, int value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setLong(int index, long value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    protected void _setLongLE(int index, long value) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf source, int sourceIndex, int count) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public ByteBuf setBytes(int index, byte[] source, int sourceIndex, int count) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer source) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public int setBytes(int index, InputStream in, int count) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel in, int count) {
        throw new ReadOnlyBufferException();
    }

    @Override
    public int setBytes(int index, FileChannel in, long inPosition, int count) {
        throw new ReadOnlyBufferException();
    }
}
