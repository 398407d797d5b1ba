package io.flotilla.broker.cluster;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import java.util.concurrent.CompletableFuture;

/** Moves leadership of a partition, by asking its leader, wherever that is. Thread-safe. */
public interface LeaderTransfer {
    /**
     * Asks the partition's leader to hand over to another replica.
     *
     * @param from the broker that leads the partition
     * @param to the broker that is to lead it
     * @return never fails; NONE when it was handed over, else why not
     */
    CompletableFuture<ErrorCode> transfer(PartitionId partition, int from, int to);
}
