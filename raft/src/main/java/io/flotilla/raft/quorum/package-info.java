/**
 * Who must agree: sets of nodes, the configuration of a group, and the arithmetic of (joint) majorities.
 *
 * <p>Pure functions and immutable values only. Nothing here knows about terms, logs, messages or time.
 */
package io.flotilla.raft.quorum;
