package io.flotilla.raft.quorum;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** An immutable set of node ids, kept ascending. Small (a handful of ids), so every operation is a plain scan. */
public final class NodeSet {
    /** The set without nodes. */
    public static final NodeSet EMPTY = new NodeSet(new int[0]);

    private final int[] ids;

    private NodeSet(int[] ids) {
        this.ids = ids;
    }

    /**
     * The set of {@code ids}, in any order.
     *
     * @throws IllegalArgumentException if an id is negative or given twice
     */
    public static NodeSet of(int... ids) {
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            if (sorted[i] < 0) {
                throw new IllegalArgumentException("negative node id " + sorted[i]);
            }
            if (i > 0 && sorted[i] == sorted[i - 1]) {
                throw new IllegalArgumentException("node id " + sorted[i] + " given twice");
            }
        }
        return sorted.length == 0 ? EMPTY : new NodeSet(sorted);
    }

    /** The number of nodes. */
    public int size() {
        return ids.length;
    }

    /** True if there is no node. */
    public boolean isEmpty() {
        return ids.length == 0;
    }

    /** The id at {@code position} in ascending order, from 0. */
    public int get(int position) {
        return ids[position];
    }

    /** True if {@code id} is a member. */
    public boolean contains(int id) {
        for (int member : ids) {
            if (member == id) {
                return true;
            }
        }
        return false;
    }

    /** This set and {@code id}. */
    public NodeSet with(int id) {
        if (contains(id)) {
            return this;
        }
        int[] more = Arrays.copyOf(ids, ids.length + 1);
        more[ids.length] = id;
        return of(more);
    }

    /** This set without {@code id}. */
    public NodeSet without(int id) {
        return contains(id)
                ? new NodeSet(Arrays.stream(ids).filter(member -> member != id).toArray())
                : this;
    }

    /** All nodes of both sets. */
    public NodeSet union(NodeSet other) {
        NodeSet all = this;
        for (int id : other.ids) {
            all = all.with(id);
        }
        return all;
    }

    /** The nodes of this set that are not in {@code other}. */
    public NodeSet minus(NodeSet other) {
        NodeSet rest = this;
        for (int id : other.ids) {
            rest = rest.without(id);
        }
        return rest;
    }

    /** The nodes that are in both sets. */
    public NodeSet intersection(NodeSet other) {
        return minus(minus(other));
    }

    /** True if all nodes of {@code other} are in this set. */
    public boolean containsAll(NodeSet other) {
        return other.minus(this).isEmpty();
    }

    /** True if no node is in both sets. */
    public boolean isDisjointFrom(NodeSet other) {
        for (int id : ids) {
            if (other.contains(id)) {
                return false;
            }
        }
        return true;
    }

    /** Calls {@code action} for each id in ascending order. */
    public void forEach(IntConsumer action) {
        for (int id : ids) {
            action.accept(id);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeSet set && Arrays.equals(ids, set.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Arrays.toString(ids);
    }
}
