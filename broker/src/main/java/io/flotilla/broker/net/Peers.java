package io.flotilla.broker.net;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * Links between the brokers of one cluster, over the same listeners clients use. Every broker dials every other one it is
 * told about and sends on the connection it dialed, so a pair of brokers has two connections, one for each direction.
 *
 * <p>A link is up once both ends have greeted each other: same cluster, the node id that was expected, and no other living
 * broker with the sender's node id. A greeting is repeated while the link is up, so a host that vanished without a word is
 * noticed within seconds. A link that broke is dialed again at once, then with short, growing, jittered pauses, for ever.
 *
 * <p>Frames may be lost when a link breaks, and frames sent over an old and a new connection may overtake each other; on
 * one connection they arrive once and in order. All methods may be called from any thread.
 */
public interface Peers {
    /** Hears about links and frames. To be called once, before {@link #setPeers}. */
    void listen(Listener listener);

    /**
     * The brokers to hold links to, by node id: new ones are dialed, missing ones dropped, and ones whose address changed
     * dialed anew. This broker's own id may be among them and is skipped. Names in addresses that are unresolved are looked
     * up each time they are dialed.
     */
    void setPeers(SortedMap<Integer, InetSocketAddress> addresses);

    /** True while frames to this broker would go out. */
    boolean isConnected(int nodeId);

    /**
     * Sends one opaque frame, one-way; ownership of the buffer passes in any case.
     *
     * @return false when the frame was dropped: the link is down, or too many bytes wait on it already
     */
    boolean send(int nodeId, ByteBuf payload);

    /**
     * Sends a request that the other broker's handler for this API answers. Buffers in the response are on
     * the heap and need not be released. Ownership of buffers in the request passes.
     *
     * @param timeoutMs how long to wait for the response
     * @return completes on the link's loop, so that a stage attached later may run on the thread that attaches it; fails with {@link PeerException}
     */
    <R extends ApiMessage> CompletableFuture<R> call(
            int nodeId, ApiKey api, short version, ApiMessage request, long timeoutMs);

    /** Closes all links and refuses new ones. */
    void close();

    /**
     * Hears what happens on the links. Calls about one link come on that link's loop; calls about different links may come
     * at the same time. Must not block.
     */
    interface Listener {
        /**
         * The link to this broker is up: what is sent now goes to the process with this incarnation.
         *
         * @param incarnation differs each time the broker's process starts
         */
        void connected(int nodeId, long incarnation);

        /**
         * The link to this broker broke, or could not be restored.
         *
         * @param refused false when a link that was up broke. True, at most once after that, when the broker's host then
         *     refused the new connection: nothing listens there any more, so that process is dead
         */
        void disconnected(int nodeId, boolean refused);

        /**
         * A frame another broker sent; ownership of the buffer passes. Comes on the loop of the connection it arrived on.
         *
         * @param incarnation of the sending process, which tells its frames from those of the one before
         */
        void frame(int nodeId, long incarnation, ByteBuf payload);

        /**
         * Another broker will not talk to this one: a different cluster, or its node id belongs to another living broker.
         * Comes again with every attempt; transient while a predecessor of this process is still thought to be alive.
         *
         * @param message says what does not fit, for an operator
         */
        void rejected(int nodeId, String message);
    }
}
