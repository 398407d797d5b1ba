package io.flotilla.broker.cluster;

/** Which brokers this one hears from. Thread-safe. */
public interface Liveness {
    /** True for this broker itself and for every broker whose heartbeats arrive. */
    boolean isAlive(int brokerId);
}
