package io.flotilla.raft.host;

import io.netty.buffer.ByteBuf;

/**
 * What brokers send each other, by the first byte of a frame.
 *
 * <pre>
 * MESSAGES   1 | { group 20 | message length int32 | message | payload length int32 | payload } ...
 * HEARTBEAT  2 | incarnation int64 | sequence int64 | acknowledged incarnation int64 | acknowledged sequence int64
 * GROUPS     3 | kind int8 (1 open, 2 open too, 3 closed) | { group 20 } ...
 * </pre>
 *
 * Frames whose first byte is {@value #FIRST_FOREIGN} or more are not Raft's.
 */
public final class PeerFrame {
    public static final byte MESSAGES = 1;
    public static final byte HEARTBEAT = 2;
    public static final byte GROUPS = 3;
    public static final byte FIRST_FOREIGN = 16;

    private PeerFrame() {}

    /** The kind of the frame, without consuming it. */
    public static byte kind(ByteBuf frame) {
        return frame.isReadable() ? frame.getByte(frame.readerIndex()) : 0;
    }
}
