package io.flotilla.broker.api;

/**
 * How much a broker takes on before it stops reading from its clients.
 *
 * @param maxRequests most requests of one connection that are not answered yet
 * @param maxConnectionBytes most bytes of one connection's requests that are not answered yet
 * @param maxBytes most bytes of all connections' requests that are not answered yet. Like the one above it may be exceeded
 *     by the one request that reaches it
 */
public record RequestLimits(int maxRequests, long maxConnectionBytes, long maxBytes) {
    private static final int DEFAULT_REQUESTS = 128;
    private static final long DEFAULT_CONNECTION_BYTES = 16L << 20;

    /** The defaults for one connection, under a limit for all of them. */
    public static RequestLimits of(long maxBytes) {
        return new RequestLimits(DEFAULT_REQUESTS, DEFAULT_CONNECTION_BYTES, maxBytes);
    }

    /**
     * For connections from other brokers: they share their connection with replication, which must never wait for a
     * client's request, and limit themselves.
     */
    static RequestLimits unlimited() {
        return new RequestLimits(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
