/**
 * Faults on real broker processes under real clients, drawn from a seed, with everything the clients saw given to {@link
 * io.flotilla.check.Checker}. Brokers, clients and faults run inside a {@link io.flotilla.itests.chaos.Sandbox}: nothing they
 * do to networks and mounts is seen outside, or outlives them.
 */
package io.flotilla.itests.chaos;
