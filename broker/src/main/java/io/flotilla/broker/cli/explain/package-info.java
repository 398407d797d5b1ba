/**
 * Makes plain words of what brokers report about the replicas of a partition. Pure: what was reported goes in, what it means
 * comes out. Asking brokers and printing are the callers'.
 */
package io.flotilla.broker.cli.explain;
