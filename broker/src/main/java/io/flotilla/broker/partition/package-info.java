/**
 * A replica: one Raft group, its log, and those who wait for either. Here a produce becomes an entry and a commit becomes an
 * answer. Also the broker's log directories: which of them work, in which a replica lies, and how it moves to another.
 * Network formats, coordinators and cluster metadata live elsewhere.
 */
package io.flotilla.broker.partition;
