package io.flotilla.broker.partition;

/** Hears what becomes of one replica, on the replica's loop. */
public interface ReplicaListener {
    /** This broker leads the partition and has committed an entry in its term: everything before is known. */
    void leading(LedPartition partition);

    /** This broker no longer leads the partition. Comes after {@link #leading}, before any later one. */
    void notLeading();

    /**
     * Records up to the high watermark (exclusive) are committed. Comes on leader and follower alike, rising only.
     *
     * @param partition gives access to the committed records on any role; {@code append} fails unless leading
     */
    default void committed(LedPartition partition, long highWatermark) {}
}
