package io.flotilla.broker.api;

import io.flotilla.broker.env.EventLoop;

/**
 * Who asks, and how.
 *
 * @param loop the connection's event loop, on which the handler is called
 * @param apiVersion version of the request, and of the response
 * @param clientId as the client calls itself; may be null
 * @param clientAddress the client's address without port, e.g. {@code 127.0.0.1}
 * @param connectionId unique among this broker's connections since it started
 * @param forwarded true when another broker passed the request on
 */
public record RequestContext(
        EventLoop loop,
        short apiVersion,
        String clientId,
        String clientAddress,
        long connectionId,
        boolean forwarded) {}
