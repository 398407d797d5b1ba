package io.flotilla.log;

/** The log directory is fenced. Carries no stack trace: it is an expected outcome. */
public final class LogFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient LogFailure failure;

    public LogFailedException(LogFailure failure) {
        super(failure.message(), failure.cause(), false, false);
        this.failure = failure;
    }

    public LogFailure failure() {
        return failure;
    }
}
