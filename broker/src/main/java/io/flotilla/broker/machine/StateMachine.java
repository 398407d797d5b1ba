package io.flotilla.broker.machine;

import io.flotilla.wire.record.Record;

/**
 * State that is rebuilt by replaying a partition's records. Lives on the partition's loop and needs no locks. A machine is
 * made anew each time its broker begins to lead the partition and is thrown away when it stops, so it may apply its own
 * records before they are committed: what was not committed disappears with it.
 */
public interface StateMachine {
    /** Applies one record: at loading, and right after a command produced it. Must not fail on any record it can meet. */
    void replay(Record record);

    /** Everything that was in the log when this leadership began is replayed; commands follow. Time for the first timers. */
    default void loaded() {}
}
