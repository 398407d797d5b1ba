package io.flotilla.sim;

/** Something that clients do with the cluster, from the beginning of a simulation to its end. */
interface Workload {
    void start();

    /** All faults are over: do a little more, then finish what was begun. */
    void conclude();

    /** What is not finished yet, in words, or null when all is. */
    String unfinished();
}
