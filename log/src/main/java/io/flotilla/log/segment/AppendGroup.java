package io.flotilla.log.segment;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.redo.RedoFrame;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Appends that follow each other in a segment and become one gathering write. Touched by the flushing thread only. */
final class AppendGroup {
    private static final int MOST_BUFFERS = 512;

    /** One of them; it holds a reference to the bytes. */
    record Append(Segment segment, long position, ByteBuf bytes, int generation, long lastIndex, int term)
            implements LogWriter.Work {}

    private final List<Append> appends = new ArrayList<>();
    private ByteBuffer[] buffers = new ByteBuffer[16];
    private int bufferCount;
    private long bytes;

    boolean isEmpty() {
        return appends.isEmpty();
    }

    /** Bytes of all appends. */
    long bytes() {
        return bytes;
    }

    Append first() {
        return appends.get(0);
    }

    Append last() {
        return appends.get(appends.size() - 1);
    }

    /** Whether another append is too much for a write of so many bytes, or of another segment. */
    boolean isFullFor(Append next, long mostBytes) {
        return !isEmpty()
                && (bytes + next.bytes().readableBytes() > mostBytes
                        || bufferCount >= MOST_BUFFERS
                        || next.segment() != first().segment());
    }

    void add(Append append) {
        appends.add(append);
        bytes += append.bytes().readableBytes();
        addBuffersOf(append);
    }

    /** Has the bytes ready again that could not be written when {@link #forgetBuffers} was called. */
    void restoreBuffers() {
        appends.forEach(this::addBuffersOf);
    }

    /** Writes all to the segment's file, once. */
    void write(FileHandle handle) throws IOException {
        handle.write(buffers, bufferCount, first().position());
    }

    /** Writes all, and adds it to a frame, which needs the bytes until it is written. */
    void write(FileHandle handle, RedoFrame frame, GroupId group) throws IOException {
        for (int i = 0; i < bufferCount; i++) {
            buffers[i].mark();
        }
        write(handle);
        for (int i = 0; i < bufferCount; i++) {
            buffers[i].reset();
        }
        frame.add(group, first().segment().baseOffset(), first().position(), buffers, bufferCount);
        forgetBuffers();
    }

    /** Lets go of all. */
    void clear() {
        appends.forEach(append -> append.bytes().release());
        appends.clear();
        bytes = 0;
        forgetBuffers();
    }

    private void addBuffersOf(Append append) {
        if (append.bytes().nioBufferCount() == 1) {
            addBuffer(append.bytes().nioBuffer());
        } else {
            for (ByteBuffer buffer : append.bytes().nioBuffers()) {
                addBuffer(buffer);
            }
        }
    }

    private void addBuffer(ByteBuffer buffer) {
        if (bufferCount == buffers.length) {
            buffers = Arrays.copyOf(buffers, bufferCount * 2);
        }
        buffers[bufferCount++] = buffer;
    }

    /** Drops what was made ready for a write, which may have taken a part of it; the appends stay. */
    void forgetBuffers() {
        Arrays.fill(buffers, 0, bufferCount, null);
        bufferCount = 0;
    }
}
