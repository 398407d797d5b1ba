/** Netty: sockets, framing, flushes, peer links. The only place that knows Netty's network classes. */
package io.flotilla.broker.net;
