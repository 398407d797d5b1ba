package io.flotilla.broker.net;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.Connection;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A network in memory, on one loop, whose hosts a test can kill, silence and bring back. */
final class MemoryNetwork implements Network {
    private final EventLoop loop;
    private final Map<InetSocketAddress, Supplier<ConnectionHandler>> listeners = new LinkedHashMap<>();
    private final List<End> ends = new ArrayList<>();
    private int dials;

    MemoryNetwork(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public Listener listen(InetSocketAddress address, int maxFrameBytes, Supplier<ConnectionHandler> handlers) {
        listeners.put(address, handlers);
        return new Listener() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() {
                listeners.remove(address);
            }
        };
    }

    @Override
    public void connect(InetSocketAddress address, int maxFrameBytes, EventLoop on, ConnectionHandler handler) {
        dials++;
        Supplier<ConnectionHandler> listener = listeners.get(address);
        if (listener == null) {
            loop.execute(() -> handler.closed(null, new Closed(Closed.Cause.REFUSED, "connection refused")));
            return;
        }
        End dialed = new End(address, handler);
        End accepted = new End(address, listener.get());
        dialed.other = accepted;
        accepted.other = dialed;
        ends.add(dialed);
        ends.add(accepted);
        loop.execute(() -> {
            dialed.handler.opened(dialed);
            accepted.handler.opened(accepted);
        });
    }

    /** Connections dialed so far. */
    int dials() {
        return dials;
    }

    /** The process that listens there dies: its connections are reset, and nothing listens any more. */
    void kill(InetSocketAddress address) {
        listeners.remove(address);
        reset(address);
    }

    /** All connections to this address break. */
    void reset(InetSocketAddress address) {
        for (End end : List.copyOf(ends)) {
            if (end.address.equals(address)) {
                end.end(new Closed(Closed.Cause.REMOTE, "reset"));
            }
        }
    }

    /** Everything on the connections to this address that exist now is lost without a word. */
    void silence(InetSocketAddress address) {
        ends.stream().filter(end -> end.address.equals(address)).forEach(end -> end.silent = true);
    }

    /** One end of a connection; both know it by the address that was dialed. */
    private final class End implements Connection {
        private final InetSocketAddress address;
        private final ConnectionHandler handler;
        private End other;
        private boolean closed;
        private boolean silent;
        private long pending;

        End(InetSocketAddress address, ConnectionHandler handler) {
            this.address = address;
            this.handler = handler;
        }

        void end(Closed why) {
            if (!closed) {
                closed = true;
                ends.remove(this);
                loop.execute(() -> handler.closed(this, why));
            }
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public String remoteAddress() {
            return address.getHostString() + ":" + address.getPort();
        }

        @Override
        public void send(ByteBuf frame) {
            if (closed) {
                frame.release();
                return;
            }
            pending += frame.readableBytes();
            loop.execute(() -> {
                pending -= frame.readableBytes();
                if (silent || other.closed) {
                    frame.release();
                } else {
                    other.handler.frame(other, frame);
                }
            });
        }

        @Override
        public long pendingBytes() {
            return pending;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void setReading(boolean reading) {
            throw new AssertionError("the link between two brokers must not be held back");
        }

        @Override
        public void close() {
            loop.execute(() -> {
                end(new Closed(Closed.Cause.LOCAL, "closed"));
                if (!silent) {
                    other.end(new Closed(Closed.Cause.REMOTE, "closed by the other side"));
                }
            });
        }
    }
}
