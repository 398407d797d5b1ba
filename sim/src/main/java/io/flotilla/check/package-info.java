/**
 * What clients saw of a cluster, and whether a log that keeps its promises could have shown it to them. {@link
 * io.flotilla.check.History} collects, {@link io.flotilla.check.Checker} judges. Pure: no clock, thread, file or client
 * library, so that the simulator and the tests on real processes share it.
 */
package io.flotilla.check;
