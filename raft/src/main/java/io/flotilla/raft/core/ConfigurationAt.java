package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;

/**
 * A configuration and the index that brought it into force.
 *
 * @param index the index of its entry, the index of the snapshot that held it, or 0 for the one a group was created with
 * @param configuration the members
 */
public record ConfigurationAt(long index, Configuration configuration) {}
