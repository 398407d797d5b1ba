package io.flotilla.broker.partition;

import java.util.List;

/** Whoever wants a replica opened, which may take long when its log is damaged. Any thread. */
interface OpeningOwner {
    /** Whether it is still wanted. */
    boolean wants();

    /** The brokers that have replicas of the partition, this one among them, as far as is known now. */
    List<Integer> replicas();

    /** The log cannot be opened as it is. */
    void damaged(String what);
}
