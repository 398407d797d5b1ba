package io.flotilla.broker.cluster;

/**
 * A registered broker.
 *
 * @param id the broker's node id
 * @param host advertised to clients and peers
 * @param port advertised to clients and peers
 * @param rack the broker's rack, or null
 */
public record BrokerInfo(int id, String host, int port, String rack) {}
