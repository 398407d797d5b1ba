/**
 * Many Raft groups on one shard: feeds the cores, carries out what they ask in the order they ask it, batches messages per
 * pair of brokers, and watches the life of brokers rather than of groups. Consensus rules live in {@code raft.core}; bytes on
 * disk and sockets live behind the ports {@link io.flotilla.raft.host.GroupStorage} and
 * {@link io.flotilla.raft.host.PeerTransport}.
 */
package io.flotilla.raft.host;
