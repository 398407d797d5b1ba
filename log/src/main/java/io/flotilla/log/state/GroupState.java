package io.flotilla.log.state;

/** A group's line in the journal: its {@link HardState}, and the last index noted as committed. */
record GroupState(int term, int votedFor, long committed) {
    static final GroupState NONE = new GroupState(HardState.NONE.term(), HardState.NONE.votedFor(), 0);

    GroupState with(HardState state) {
        return new GroupState(state.term(), state.votedFor(), committed);
    }

    GroupState withCommitted(long index) {
        return new GroupState(term, votedFor, index);
    }
}
