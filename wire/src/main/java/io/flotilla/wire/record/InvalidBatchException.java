package io.flotilla.wire.record;

/**
 * A batch that was taken for good is not: thrown where records are read, not where they are judged ({@link
 * BatchValidator} returns its verdict as a value).
 */
public final class InvalidBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BatchFault fault;

    /** An exception that says what is wrong, and in words where. */
    public InvalidBatchException(BatchFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    /** The same with the failure that showed it. */
    public InvalidBatchException(BatchFault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** What is wrong. */
    public BatchFault fault() {
        return fault;
    }
}
