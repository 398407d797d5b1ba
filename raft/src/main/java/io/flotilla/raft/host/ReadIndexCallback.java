package io.flotilla.raft.host;

/** Hears what became of {@link RaftGroup#readIndex}, on the group's loop, exactly once. */
public interface ReadIndexCallback {
    /**
     * The read may be served.
     *
     * @param index everything up to here is committed here, and it includes all that was committed anywhere when the read was
     *     asked for; {@link GroupListener#committed} was called for it before
     */
    void confirmed(long index);

    /** No leader is known, it changed, or it could not make sure in time that it leads. The read may be asked for again. */
    void failed();
}
