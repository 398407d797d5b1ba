/**
 * The durable log of a partition. A {@link io.flotilla.log.LogDirectory} is one disk directory with everything in it; a
 * {@link io.flotilla.log.PartitionLog} is one partition's Raft log, whose entries are the users' record batches as they
 * came. Both are assembled here from the pieces in the sub-packages; file formats and file work live in those.
 *
 * <p>Nothing here knows about Raft roles, requests or the network, reads a clock, or starts a thread: time and executors
 * come in as arguments.
 */
package io.flotilla.log;
