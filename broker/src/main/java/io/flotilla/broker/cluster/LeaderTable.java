package io.flotilla.broker.cluster;

import io.flotilla.broker.partition.PartitionId;

/** Who leads each partition, as announced by the leaders themselves. Thread-safe. */
public interface LeaderTable {
    /** The newest known leader, or null when none is known. */
    Leader leader(PartitionId partition);

    /** A leader and the term (leader epoch) it leads in. */
    record Leader(int brokerId, int term) {}
}
