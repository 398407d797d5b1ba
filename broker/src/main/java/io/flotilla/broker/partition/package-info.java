/**
 * A replica: one Raft group, its log, and those who wait for either. Here a produce becomes an entry and a commit becomes an
 * answer. Network formats, coordinators and cluster metadata live elsewhere.
 */
package io.flotilla.broker.partition;
