package io.flotilla.broker.cluster;

import java.util.TreeMap;

/** Brokers are alive that the test says are. */
public final class TestLiveness implements Liveness {
    private final TreeMap<Integer, Long> incarnations = new TreeMap<>();

    /**
     * @param self this broker, always alive
     * @param incarnation of this process
     */
    public TestLiveness(int self, long incarnation) {
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
