package io.flotilla.broker.net;

import io.flotilla.log.fs.FileBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;
import java.util.function.Consumer;

/** Takes apart frames of which some bytes are to be sent from files ({@link FileBytes}), without a copy of them (sendfile). */
final class FileParts {
    /** Counts what is to be sent from files like any other bytes, so that a connection that takes nothing gets full. */
    static final MessageSizeEstimator SIZES = new Sizes();

    private FileParts() {}

    /** Whether some of a frame's bytes are in files. */
    static boolean areIn(ByteBuf frame) {
        if (frame instanceof FileBytes) {
            return true;
        }
        if (frame instanceof CompositeByteBuf composite) {
            for (int i = 0; i < composite.numComponents(); i++) {
                if (areIn(whole(composite.component(i)))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Passes the parts of a frame on, in order: buffers, and {@link FileRegion}s. Takes the frame over; each part has a reference
     * of its own.
     */
    static void split(ByteBuf frame, ByteBufAllocator allocator, Consumer<Object> out) {
        try {
            pass(frame, allocator, out);
        } finally {
            frame.release();
        }
    }

    private static void pass(ByteBuf part, ByteBufAllocator allocator, Consumer<Object> out) {
        if (part instanceof FileBytes file) {
            out.accept(file.channel() == null ? copy(file, allocator) : new Region(file.retain()));
        } else if (part instanceof CompositeByteBuf composite && areIn(composite)) {
            for (int i = 0; i < composite.numComponents(); i++) {
                pass(whole(composite.component(i)), allocator, out);
            }
        } else {
            out.accept(part.retain());
        }
    }

    /** A component comes as a duplicate of the buffer it is; that, if it is one to be taken apart. */
    private static ByteBuf whole(ByteBuf component) {
        ByteBuf inner = component;
        while (!(inner instanceof CompositeByteBuf) && !(inner instanceof FileBytes) && inner.unwrap() != null) {
            inner = inner.unwrap();
        }
        return inner.readableBytes() == component.readableBytes() && areIn(inner) ? inner : component;
    }

    private static ByteBuf copy(FileBytes file, ByteBufAllocator allocator) {
        ByteBuf copy = allocator.ioBuffer(file.readableBytes());
        boolean whole = false;
        try {
            copy.writeBytes(file, file.readerIndex(), file.readableBytes());
            whole = true;
        } finally {
            if (!whole) {
                copy.release();
            }
        }
        return copy;
    }

    /** The bytes as Netty sends them from a file. The file stays open for others. */
    private static final class Region extends DefaultFileRegion {
        private final FileBytes bytes;

        Region(ByteBuf bytes) {
            this((FileBytes) bytes);
        }

        private Region(FileBytes bytes) {
            super(bytes.channel(), bytes.position(), bytes.readableBytes());
            this.bytes = bytes;
        }

        @Override
        protected void deallocate() {
            bytes.release();
        }
    }

    /** Netty's own takes what is in a file for nothing. */
    private static final class Sizes implements MessageSizeEstimator {
        @Override
        public Handle newHandle() {
            Handle others = DefaultMessageSizeEstimator.DEFAULT.newHandle();
            return message -> message instanceof FileRegion region
                    ? (int) Math.min(region.count(), Integer.MAX_VALUE)
                    : others.size(message);
        }
    }
}
