package io.flotilla.log;

import io.flotilla.log.state.PartitionMetadata;

/** Outcome of opening a partition's log. */
public sealed interface OpenResult {
    /** The log is usable; call {@link PartitionLog#start} on its loop. */
    record Opened(PartitionLog log, RecoveryReport report) implements OpenResult {}

    /**
     * The files cannot be trusted. Nothing was changed; {@link LogDirectory#setAside} makes room for a rebuild from peers.
     *
     * @param spot where a repair from peers can begin ({@link LogDirectory#repair}), or null
     */
    record Damaged(Damage damage, DamagedSpot spot) implements OpenResult {
        /** Whether a log that cannot be repaired in place may be begun anew beside it; not if it is another partition's. */
        public boolean canBeSetAside() {
            return spot == null && !damage.file().endsWith(PartitionMetadata.FILE);
        }
    }
}
