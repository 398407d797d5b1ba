package io.flotilla.log;

/**
 * Settings of one log; all but the last two are topic settings with Kafka's names.
 *
 * @param segmentBytes {@code segment.bytes}: a segment takes no batch that would make it larger than this, in bytes
 * @param segmentMs {@code segment.ms}: a segment takes no batch this long after its first, in milliseconds
 * @param indexIntervalBytes {@code index.interval.bytes}: one index entry about every so many bytes of records
 * @param fileDeleteDelayMs {@code file.delete.delay.ms}: the space of dropped segments is freed this much later
 * @param writeCaching {@code write.caching}: entries count as durable once written, before they are synced
 * @param producerIdExpirationMs {@code producer.id.expiration.ms}: an idempotent producer silent for so long is forgotten
 * @param maxProducerIds most idempotent producers remembered; past it the one silent for longest is forgotten
 * @param cacheBytes committed batches kept in memory, while there are appends, for readers at the end of the log, in bytes
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        int indexIntervalBytes,
        long fileDeleteDelayMs,
        boolean writeCaching,
        long producerIdExpirationMs,
        int maxProducerIds,
        int cacheBytes) {
    public static final LogConfig DEFAULT =
            new LogConfig(1 << 30, 7L * 24 * 3600 * 1000, 4096, 60_000, false, 24L * 3600 * 1000, 100_000, 4 << 20);

    public LogConfig {
        if (segmentBytes < 1024
                || segmentMs < 1
                || indexIntervalBytes < 0
                || fileDeleteDelayMs < 0
                || producerIdExpirationMs < 1) {
            throw new IllegalArgumentException("Log setting out of range");
        }
        if (maxProducerIds < 1 || cacheBytes < 0) {
            throw new IllegalArgumentException("Log limit out of range");
        }
    }
}
