package io.flotilla.broker.cluster;

import java.util.concurrent.ConcurrentHashMap;

/** Liveness as the links between brokers tell it. Thread-safe. */
public final class LiveBrokers implements Liveness {
    private final ConcurrentHashMap<Integer, Long> incarnations = new ConcurrentHashMap<>();

    /**
     * @param self this broker, always alive
     * @param incarnation of this process
     */
    public LiveBrokers(int self, long incarnation) {
        connected(self, incarnation);
    }

    /** A broker's process was reached. */
    public void connected(int brokerId, long incarnation) {
        incarnations.put(brokerId, incarnation);
    }

    /** A broker cannot be reached any more. */
    public void disconnected(int brokerId) {
        incarnations.remove(brokerId);
    }

    @Override
    public boolean isAlive(int brokerId) {
        return incarnations.containsKey(brokerId);
    }

    @Override
    public boolean isAlive(int brokerId, long incarnation) {
        Long living = incarnations.get(brokerId);
        return living != null && living == incarnation;
    }
}
