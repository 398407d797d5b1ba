package io.flotilla.raft.host;

import io.netty.buffer.ByteBuf;

/**
 * Carries frames to other brokers: in order and without gaps for as long as one link lasts; a link that loses a frame is
 * down. Thread-safe.
 */
public interface PeerTransport {
    /**
     * Sends a frame; ownership of the buffer passes.
     *
     * @return false when there is no link, or it cannot take more: the frame is dropped and the link counts as down
     */
    boolean send(int node, ByteBuf frame);
}
