package io.flotilla.log.redo;

import io.flotilla.log.GroupId;

/** A log with bytes that are durable in the journal, and not yet where they belong. */
public interface Debtor {
    /** Whose log it is. */
    GroupId group();

    /**
     * Has the log's segment synced soon, after which {@link RedoJournal#settled} is called: the journal needs the room. Does not
     * block.
     */
    void settle();
}
