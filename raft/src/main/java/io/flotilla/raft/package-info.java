/** Root of the {@code raft} module. */
package io.flotilla.raft;
