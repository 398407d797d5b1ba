package io.flotilla.broker.partition;

import io.flotilla.wire.frame.ErrorCode;

/**
 * How appending one batch ended.
 *
 * @param baseOffset offset of the first record; -1 on an error
 * @param logStartOffset the partition's, or -1 when unknown
 * @param message what was wrong, or null
 */
public record ProduceResult(ErrorCode error, long baseOffset, long logStartOffset, String message) {
    static ProduceResult failed(ErrorCode error, String message) {
        return new ProduceResult(error, -1, -1, message);
    }
}
