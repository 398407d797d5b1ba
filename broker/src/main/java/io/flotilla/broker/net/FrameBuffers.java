package io.flotilla.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/** Lets the frame reader decide which buffer the socket's next bytes go to. */
final class FrameBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads from one socket before others get their turn. */
    private static final int READS_PER_TURN = 4;

    private final FrameReader reader;

    FrameBuffers(FrameReader reader) {
        super(READS_PER_TURN);
        this.reader = reader;
    }

    @Override
    @SuppressWarnings("deprecation") // the only form of handle the transports accept
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                return reader.nextBuffer(allocator);
            }

            @Override
            public int guess() {
                return reader.readBytes();
            }

            @Override
            public void lastBytesRead(int bytes) {
                super.lastBytesRead(bytes);
                reader.adapt(attemptedBytesRead(), bytes);
            }
        };
    }
}
