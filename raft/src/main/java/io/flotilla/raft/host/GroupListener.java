package io.flotilla.raft.host;

import io.flotilla.raft.core.MembersNews;
import io.flotilla.raft.core.Role;

/** Hears what becomes of one group, on its shard loop. May propose from within a call. */
public interface GroupListener {
    /**
     * Role, leader or term changed.
     *
     * @param leader node id, or -1 when unknown
     */
    void roleChanged(Role role, int leader, int term);

    /** Entries up to this index are committed. Rises only. */
    void committed(long commitIndex);

    /**
     * Something about the members is new: the configuration in force, whether it is committed, or, where this replica leads,
     * who has caught up, lost its memory or got it back ({@link RaftGroup#core()} tells). The moment to propose the next step.
     */
    default void membersChanged(MembersNews news) {}

    /** A message of another node's was dropped because of what is in it. */
    void refused(int from, String reason);

    /** The group has stopped because of this; it takes no further part until it is opened again. */
    void failed(Throwable cause);
}
