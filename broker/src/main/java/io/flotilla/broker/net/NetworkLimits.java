package io.flotilla.broker.net;

/**
 * What the network allows its clients.
 *
 * @param maxConnections most accepted connections open at once; further ones are closed as soon as they come
 * @param maxIdleMs an accepted connection without a byte in either direction for so long is closed; 0 for never
 * @param backlog connections the operating system may hold before they are accepted
 * @param sendBufferBytes what the system may hold for a connection until it is sent; {@link #SYSTEM} to let it choose
 * @param receiveBufferBytes what it may hold of a connection until it is read; {@link #SYSTEM} to let it choose
 */
public record NetworkLimits(
        int maxConnections, long maxIdleMs, int backlog, int sendBufferBytes, int receiveBufferBytes) {
    /** The system chooses a buffer's size, and lets it grow with what the connection carries. */
    public static final int SYSTEM = -1;

    /** Kafka's defaults where it has one: ten minutes of idleness, a backlog of 50 raised to survive a reconnect storm. */
    public static final NetworkLimits DEFAULT = new NetworkLimits(10_000, 600_000, 1024, SYSTEM, SYSTEM);
}
