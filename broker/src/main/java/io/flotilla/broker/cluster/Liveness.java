package io.flotilla.broker.cluster;

/** Which brokers this one hears from. Thread-safe. */
public interface Liveness {
    /** True for this broker itself and for every broker whose heartbeats arrive. */
    boolean isAlive(int brokerId);

    /** True when the process that is heard from under this node id has this incarnation. */
    boolean isAlive(int brokerId, long incarnation);
}
