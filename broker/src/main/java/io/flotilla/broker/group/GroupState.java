package io.flotilla.broker.group;

/** Where a group stands between rebalances. */
public enum GroupState {
    /** No members. There may be offsets, and members may be about to join. */
    EMPTY("Empty"),
    /** Members are asked to join again; those who have joined wait for the rest. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** A generation of members is fixed; they wait for the leader's assignment. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member can have its assignment. */
    STABLE("Stable");

    private final String label;

    GroupState(String label) {
        this.label = label;
    }

    /** The name Kafka's protocol uses. */
    public String label() {
        return label;
    }
}
