package io.flotilla.broker.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a partition's replicas are, and where they are to be (KIP-455). Says what is wanted; how far its Raft group has come on
 * the way there is known to the group's leader alone, which reports when it has arrived.
 *
 * @param replicas the brokers that are, become or cease to be replicas, in the wanted order: the preferred leader first
 * @param adding those of them that are not replicas yet
 * @param removing those of them that are to go
 * @param leaving others, of a reassignment that was cancelled or replaced, that may still be members of the Raft group. They
 *     keep their data until the leader has reported that they are not.
 * @param offset of the metadata record that said so: tells one assignment of a partition from another
 * @param original whether these replicas are the ones the partition was made with, so that one of them without data on a
 *     disk that is older than the partition has never had any
 */
public record Assignment(
        List<Integer> replicas,
        List<Integer> adding,
        List<Integer> removing,
        List<Integer> leaving,
        long offset,
        boolean original) {

    /** Of a new partition. */
    public static Assignment original(List<Integer> replicas, long offset) {
        return new Assignment(List.copyOf(replicas), List.of(), List.of(), List.of(), offset, true);
    }

    /** The replicas there are to be, the preferred leader first. */
    public List<Integer> target() {
        return removing.isEmpty() ? replicas : without(replicas, removing);
    }

    /** The replicas there were before the reassignment under way, and will be again if it is cancelled. */
    public List<Integer> origin() {
        return adding.isEmpty() ? replicas : without(replicas, adding);
    }

    /** Whether users see a reassignment. */
    public boolean isReassigning() {
        return !adding.isEmpty() || !removing.isEmpty();
    }

    /** Whether the partition's leader is to report when the Raft group consists of the target alone. */
    public boolean isPending() {
        return isReassigning() || !leaving.isEmpty();
    }

    /** Whether this broker is to have a replica open. */
    public boolean isHostedBy(int broker) {
        return replicas.contains(broker) || leaving.contains(broker);
    }

    /** Whether no other broker has a replica, or is to have one. */
    public boolean isOnlyOn(int broker) {
        return replicas.equals(List.of(broker)) && leaving.isEmpty();
    }

    /** The elements of the first that are not in the second, in order. */
    static List<Integer> without(List<Integer> all, List<Integer> others) {
        List<Integer> rest = new ArrayList<>(all);
        rest.removeAll(others);
        return List.copyOf(rest);
    }
}
