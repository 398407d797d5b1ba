package io.flotilla.itests.chaos;

/** Something bad that happens to a cluster, and passes. */
interface Fault {
    /** Makes it happen, and returns what it did in a few words. */
    String begin() throws Exception;

    /** Ends it, as an operator or the world would: the cluster has to find its way back by itself. */
    void end() throws Exception;
}
