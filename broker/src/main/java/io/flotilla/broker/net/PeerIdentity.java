package io.flotilla.broker.net;

import java.util.function.Supplier;

/**
 * Who this broker is to the others.
 *
 * @param nodeId unique in the cluster
 * @param incarnation another one for each start of the process
 * @param clusterId the cluster's id, or null until it is known; asked at every greeting, from any thread
 */
public record PeerIdentity(int nodeId, long incarnation, Supplier<String> clusterId) {}
