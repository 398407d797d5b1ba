package io.flotilla.raft.core;

/**
 * The end of one {@link RaftCore#readIndex}.
 *
 * @param readId which one
 * @param index what is applied up to here includes everything that was committed when the read was asked for, and it is
 *     committed here; or {@link #FAILED}
 */
public record ReadResult(long readId, long index) {
    /** Instead of an index: there is no leader, it changed meanwhile, or it could not be confirmed in time. Ask again. */
    public static final long FAILED = -1;

    /** True if there is an index to read at. */
    public boolean isConfirmed() {
        return index != FAILED;
    }
}
