package io.flotilla.raft.message;

/** What an entry of the log is for. */
public enum EntryKind {
    /** A producer's record batch: one index per record. */
    RECORDS,
    /** An entry of the host's own that means nothing to the core: one index. */
    CONTROL,
    /** The entry without content that opens a leader's term, so that it can commit (Raft section 8): one index. */
    LEADER_CHANGE,
    /** New members (Raft section 6): one index. In force as soon as it is in the log. */
    CONFIGURATION
}
