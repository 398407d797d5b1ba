/**
 * What replicas of one group say to each other, and how it looks on the wire.
 *
 * <p>Immutable values and their codec. Payload (record batches, snapshot bytes) is not here: it travels behind the
 * encoded message in the host's envelope.
 */
package io.flotilla.raft.message;
