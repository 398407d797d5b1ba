/**
 * The simulator: whole brokers, their network, disks and clocks, and the clients that use them, in one thread and in virtual
 * time, all from one seed. What is simulated is what {@code broker.env} and {@code log.fs} name as ports; everything above
 * them is the product's own code. No test framework is used here: the simulator ships with the product.
 *
 * <p>{@code SimWorld} is time and chance, {@code SimProcess} what a process is given of them, {@code SimNetwork} and
 * {@code SimDisk} the other two ports, {@code SimBroker} a machine with a broker on it. {@code Simulation} plays a seed:
 * workloads and faults first, then everything heals and must get going again. {@code Oracle} looks on after every event.
 */
package io.flotilla.sim;
