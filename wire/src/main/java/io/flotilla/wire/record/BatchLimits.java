package io.flotilla.wire.record;

/**
 * What a topic's configuration asks of a batch.
 *
 * @param maxMessageBytes {@code max.message.bytes}: the largest batch, compressed and with its header
 * @param requireKeys every record needs a key, as in a topic with {@code cleanup.policy=compact}; compressed batches are
 *     decompressed to see
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}: how old a record may be
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}: how far in the future a record may be
 * @param maxDecompressedBytes where a batch must be decompressed, into no more than this
 */
public record BatchLimits(
        int maxMessageBytes,
        boolean requireKeys,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        int maxDecompressedBytes) {

    /** Limits that hold neither keys nor timestamps against a batch. */
    public static BatchLimits ofSize(int maxMessageBytes, int maxDecompressedBytes) {
        return new BatchLimits(maxMessageBytes, false, Long.MAX_VALUE, Long.MAX_VALUE, maxDecompressedBytes);
    }
}
