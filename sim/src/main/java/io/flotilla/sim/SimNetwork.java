package io.flotilla.sim;

import io.flotilla.broker.env.Closed;
import io.flotilla.broker.env.ConnectionHandler;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The network between hosts. Connections are streams; they are delayed, held up where the way between two hosts is blocked in
 * one direction or both, and broken, with any part of what was on its way lost.
 */
final class SimNetwork {
    private static final long USUAL_DELAY = 200_000;
    private static final long CONNECT_TIMEOUT = 5 * SimWorld.SECOND;

    private final SimWorld world;
    private final RandomGenerator random;
    /** Who accepts connections at an address, {@code host:port}. */
    private final Map<String, Acceptor> acceptors = new TreeMap<>();
    /** Hosts without power, which answer nothing. */
    private final Set<String> dark = new TreeSet<>();
    /** Blocked ways, {@code from>to}. */
    private final Set<String> blocked = new TreeSet<>();

    private final Set<SimConnection> connections = new LinkedHashSet<>();
    private long baseDelay = USUAL_DELAY;
    /** One frame in so many is late by up to {@link #lateness}. */
    private int lateOneIn = Integer.MAX_VALUE;

    private long lateness;

    private record Acceptor(SimProcess process, Supplier<ConnectionHandler> handlers) {}

    SimNetwork(SimWorld world) {
        this.world = world;
        this.random = world.newRandom();
    }

    SimWorld world() {
        return world;
    }

    /** The network as a process on a host sees it. */
    Network port(SimProcess process, String host) {
        return new Port(process, host);
    }

    // ---- what faults do

    void setDelays(long base, int oneIn, long late) {
        baseDelay = base;
        lateOneIn = oneIn;
        lateness = late;
    }

    void resetDelays() {
        setDelays(USUAL_DELAY, Integer.MAX_VALUE, 0);
    }

    void block(String from, String to) {
        blocked.add(from + ">" + to);
    }

    void unblockAll() {
        blocked.clear();
        List.copyOf(connections).forEach(SimConnection::unblocked);
    }

    boolean isAnythingBlocked() {
        return !blocked.isEmpty();
    }

    boolean isBlocked(SimConnection from) {
        return !blocked.isEmpty() && isBlocked(from.host(), from.other().host());
    }

    private boolean isBlocked(String from, String to) {
        return blocked.contains(from + ">" + to);
    }

    /** Breaks one connection, if there is one; both ends notice, each in its own time. */
    void breakOne() {
        List<SimConnection> open = connections.stream()
                .filter(connection -> !connection.isClosed())
                .toList();
        if (!open.isEmpty()) {
            breakDown(open.get(random.nextInt(open.size())), "connection reset");
        }
    }

    private void breakDown(SimConnection connection, String why) {
        for (SimConnection end : List.of(connection, connection.other())) {
            if (random.nextBoolean()) {
                end.sever();
            }
            world.after(random.nextInt(8) == 0 ? random.nextLong(SimWorld.SECOND) : delay(), () -> {
                end.other().sever();
                end.lost(why);
                connections.remove(end);
            });
        }
    }

    /** A process has ended: its host's system, if there still is one, says so to those it was connected to. */
    void ended(SimProcess process, String host, boolean hasPower) {
        acceptors.values().removeIf(acceptor -> acceptor.process() == process);
        if (!hasPower) {
            dark.add(host);
        }
        for (SimConnection end : List.copyOf(connections)) {
            if (end.process() != process) {
                continue;
            }
            connections.remove(end);
            SimConnection other = end.other();
            if (!hasPower || random.nextBoolean()) {
                end.sever();
            }
            long notice = hasPower ? delay() : SimWorld.SECOND / 2 + random.nextLong(8 * SimWorld.SECOND);
            whenFree(host, other.host(), notice, () -> {
                end.sever();
                other.sever();
                other.lost("connection reset: the process has ended");
                connections.remove(other);
            });
        }
    }

    private void whenFree(String from, String to, long delay, Runnable action) {
        world.after(delay, () -> {
            if (isBlocked(from, to)) {
                whenFree(from, to, SimWorld.SECOND / 10, action);
            } else {
                action.run();
            }
        });
    }

    // ---- what connections ask

    private long delay() {
        long delay = baseDelay / 2 + random.nextLong(baseDelay);
        return lateOneIn != Integer.MAX_VALUE && random.nextInt(lateOneIn) == 0
                ? delay + random.nextLong(lateness)
                : delay;
    }

    /** When what is sent now arrives: after what was sent before it. */
    long arrival(SimConnection from, long previous) {
        return Math.max(previous + 1, world.now() + delay());
    }

    /** One end has closed; the other hears of it after what was sent before. */
    void hangUp(SimConnection end) {
        connections.remove(end);
        SimConnection other = end.other();
        whenFree(end.host(), other.host(), 2 * baseDelay + lateness, () -> {
            other.sever();
            other.lost("closed by the other side");
            connections.remove(other);
        });
    }

    private void connect(
            SimProcess process, String host, InetSocketAddress address, SimLoop loop, ConnectionHandler handler) {
        String target = address.getHostString();
        world.after(delay(), () -> {
            if (!process.isAlive()) {
                return;
            }
            Acceptor acceptor = acceptors.get(target + ":" + address.getPort());
            if (isBlocked(host, target) || isBlocked(target, host) || dark.contains(target)) {
                world.after(
                        CONNECT_TIMEOUT, () -> refuse(loop, handler, Closed.Cause.UNREACHABLE, "connection timed out"));
            } else if (acceptor == null) {
                refuse(loop, handler, Closed.Cause.REFUSED, "connection refused");
            } else {
                establish(process, host, loop, handler, acceptor, target);
            }
        });
    }

    private static void refuse(SimLoop loop, ConnectionHandler handler, Closed.Cause cause, String why) {
        loop.runNow(() -> handler.closed(null, new Closed(cause, why)));
    }

    private void establish(
            SimProcess process,
            String host,
            SimLoop loop,
            ConnectionHandler handler,
            Acceptor acceptor,
            String target) {
        SimConnection near = new SimConnection(this, process, loop, host, handler);
        SimConnection far = new SimConnection(
                this,
                acceptor.process(),
                acceptor.process().anyLoop(),
                target,
                acceptor.handlers().get());
        SimConnection.join(near, far);
        connections.add(near);
        connections.add(far);
        far.opened();
        near.opened();
    }

    private final class Port implements Network {
        private final SimProcess process;
        private final String host;

        Port(SimProcess process, String host) {
            this.process = process;
            this.host = host;
        }

        @Override
        public Listener listen(InetSocketAddress address, int maxFrameBytes, Supplier<ConnectionHandler> handlers)
                throws IOException {
            String name = host + ":" + address.getPort();
            Acceptor acceptor = new Acceptor(process, handlers);
            if (acceptors.putIfAbsent(name, acceptor) != null) {
                throw new IOException("cannot listen on " + name + ": in use");
            }
            dark.remove(host);
            return new Listener() {
                @Override
                public InetSocketAddress address() {
                    return address;
                }

                @Override
                public void close() {
                    acceptors.remove(name, acceptor);
                }
            };
        }

        @Override
        public void connect(InetSocketAddress address, int maxFrameBytes, EventLoop loop, ConnectionHandler handler) {
            SimNetwork.this.connect(process, host, address, (SimLoop) loop, handler);
        }
    }
}
