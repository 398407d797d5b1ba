package io.flotilla.raft.host;

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

    /** A message of another node's was dropped because of what is in it. */
    void refused(int from, String reason);

    /** The group has stopped because of this; it takes no further part until it is opened again. */
    void failed(Throwable cause);
}
