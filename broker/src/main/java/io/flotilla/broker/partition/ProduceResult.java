package io.flotilla.broker.partition;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.record.BatchCheck;
import java.util.List;

/**
 * How appending one batch ended.
 *
 * @param baseOffset offset of the first record; -1 on an error
 * @param logAppendTime the time that the leader gave the records, in milliseconds; -1 when their own counts
 * @param logStartOffset the partition's, or -1 when unknown
 * @param message what was wrong, or null
 * @param records which records were wrong, if it was single ones
 */
public record ProduceResult(
        ErrorCode error,
        long baseOffset,
        long logAppendTime,
        long logStartOffset,
        String message,
        List<BatchCheck.RecordFault> records) {

    static ProduceResult succeeded(long baseOffset, long logAppendTime, long logStartOffset) {
        return new ProduceResult(ErrorCode.NONE, baseOffset, logAppendTime, logStartOffset, null, List.of());
    }

    /** Nothing was appended, or nobody knows. */
    public static ProduceResult failed(ErrorCode error, String message) {
        return new ProduceResult(error, -1, -1, -1, message, List.of());
    }

    /** The batch is one that must not be appended. */
    public static ProduceResult rejected(BatchCheck.Rejected check) {
        ErrorCode error = ErrorCode.of(check.fault().kafkaCode());
        return new ProduceResult(error, -1, -1, -1, check.reason(), check.records());
    }
}
