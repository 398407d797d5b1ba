package io.flotilla.broker.config;

/**
 * A host name or address, and a port.
 *
 * @param host empty for all interfaces; an IPv6 address stands without its brackets
 */
public record HostPort(String host, int port) {
    private static final int MAX_PORT = 65535;

    /**
     * Reads {@code host:port}, {@code [v6]:port} or {@code :port}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' has no port; write host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is not host:port; write an IPv6 address in [brackets]");
        }
        if (host.indexOf('/') >= 0 || host.indexOf('@') >= 0 || host.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("'" + host + "' is not a host name or address");
        }
        return new HostPort(host, parsePort(text.substring(colon + 1)));
    }

    private static int parsePort(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number out of range
        }
        throw new IllegalArgumentException("'" + text + "' is not a port; ports are 0 to " + MAX_PORT);
    }

    /** True when the host stands for all interfaces, which nobody can connect to by that name. */
    public boolean wildcard() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
