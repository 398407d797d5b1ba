package io.flotilla.wire.record;

/**
 * Everything that can be wrong with a batch, and the Kafka error code a client is told.
 *
 * <p>The codes are those Apache Kafka 4.3 answers to Produce version 3 and later in the same case, except where a
 * constant says otherwise. Kafka 4 reads message formats 0 and 1 in a Produce request only far enough to refuse them,
 * with INVALID_RECORD; its UNSUPPORTED_FOR_MESSAGE_FORMAT is for features that an old stored log lacks.
 */
public enum BatchFault {
    /** No bytes at all. */
    EMPTY(KafkaCode.INVALID_RECORD),
    /** The buffer ends before the batch does. Kafka sees no batch at all then and answers INVALID_RECORD as well. */
    TRUNCATED(KafkaCode.INVALID_RECORD),
    /** The length field is negative or too small for a header. */
    LENGTH_TOO_SMALL(KafkaCode.CORRUPT_MESSAGE),
    /** Message format 0 or 1, which brokers no longer accept from producers (KIP-724). */
    OLD_MAGIC(KafkaCode.INVALID_RECORD),
    /** A format version that does not exist. */
    UNKNOWN_MAGIC(KafkaCode.CORRUPT_MESSAGE),
    /** The bytes are not those that were written. */
    CRC_MISMATCH(KafkaCode.CORRUPT_MESSAGE),
    /** Larger than {@code max.message.bytes}. The client splits the batch if it can. */
    TOO_LARGE(KafkaCode.MESSAGE_TOO_LARGE),
    /** More than one batch for one partition in a Produce request. */
    MORE_THAN_ONE_BATCH(KafkaCode.INVALID_RECORD),
    /** A producer numbered its records itself. */
    BASE_OFFSET_NOT_ZERO(KafkaCode.INVALID_RECORD),
    /** No records, or not as many as offsets. */
    COUNT_MISMATCH(KafkaCode.INVALID_RECORD),
    /** Control batches are the broker's to write. */
    CONTROL_FROM_CLIENT(KafkaCode.INVALID_RECORD),
    /** When tombstones may go is the broker's to say. Kafka does not look. */
    DELETE_HORIZON_FROM_CLIENT(KafkaCode.INVALID_RECORD),
    /** Producer id, epoch and sequence do not go together. */
    PRODUCER_FIELDS(KafkaCode.INVALID_RECORD),
    /** A compression id without meaning. Kafka fails on it with an unexpected error; this says what it is. */
    UNKNOWN_COMPRESSION(KafkaCode.UNSUPPORTED_COMPRESSION_TYPE),
    /** Compressed records that do not decompress. Kafka answers CORRUPT_MESSAGE or an unexpected error. */
    DECOMPRESSION_FAILED(KafkaCode.CORRUPT_MESSAGE),
    /** Records larger than the limit once decompressed. Kafka has no such limit; a client splits the batch on this code. */
    DECOMPRESSED_TOO_LARGE(KafkaCode.MESSAGE_TOO_LARGE),
    /** Records whose lengths, counts or offsets contradict each other or the header. */
    MALFORMED_RECORDS(KafkaCode.INVALID_RECORD),
    /** A record without a key for a compacted topic. */
    KEY_MISSING(KafkaCode.INVALID_RECORD),
    /** A timestamp too far from now, negative, or said to be the broker's. */
    INVALID_TIMESTAMP(KafkaCode.INVALID_TIMESTAMP);

    private final short kafkaCode;

    BatchFault(short kafkaCode) {
        this.kafkaCode = kafkaCode;
    }

    /** The number of the Kafka protocol error to answer with. */
    public short kafkaCode() {
        return kafkaCode;
    }

    /** Kafka's numbers for the errors that a bad batch can lead to. */
    private static final class KafkaCode {
        static final short CORRUPT_MESSAGE = 2;
        static final short MESSAGE_TOO_LARGE = 10;
        static final short INVALID_TIMESTAMP = 32;
        static final short UNSUPPORTED_COMPRESSION_TYPE = 76;
        static final short INVALID_RECORD = 87;
    }
}
