package io.flotilla.raft.core;

/**
 * Something about the members is new: the configuration in force, whether it is committed, or, on a leader, who has caught up
 * or is forgetful.
 *
 * @param inForce the configuration in force, and its index
 * @param committed true if it is committed, so that the next change may be proposed
 */
public record MembersNews(ConfigurationAt inForce, boolean committed) {}
