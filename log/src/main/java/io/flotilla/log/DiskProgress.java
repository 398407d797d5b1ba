package io.flotilla.log;

/** How far the disk has come with one log, as the log's loop has heard. Not thread-safe. */
final class DiskProgress {
    private int generation;
    private long durableIndex;
    private long syncedIndex;

    /** Everything up to an index is durable. */
    DiskProgress(long lastIndex) {
        durableIndex = lastIndex;
        syncedIndex = lastIndex;
    }

    /** Counts truncations and replacements: what the background reports about an earlier generation is void. */
    int generation() {
        return generation;
    }

    /** Everything up to here is durable, or with write caching at least written. */
    long durableIndex() {
        return durableIndex;
    }

    /** Everything up to here is durable. */
    long syncedIndex() {
        return syncedIndex;
    }

    /** The log ends at an index now, and may go on with other entries than before. */
    void truncated(long lastIndex) {
        generation++;
        durableIndex = Math.min(durableIndex, lastIndex);
        syncedIndex = Math.min(syncedIndex, lastIndex);
    }

    /** Notes a report about the present generation; whether it tells anything new. */
    boolean done(long lastIndex, boolean synced) {
        if (synced) {
            syncedIndex = Math.max(syncedIndex, lastIndex);
        }
        boolean news = lastIndex > durableIndex;
        durableIndex = Math.max(durableIndex, lastIndex);
        return news;
    }
}
