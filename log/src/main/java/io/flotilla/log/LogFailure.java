package io.flotilla.log;

/**
 * Why a log directory was fenced.
 *
 * @param kind what failed
 * @param message the file and the system's words, for a log line
 */
public record LogFailure(Kind kind, String message, Throwable cause) {
    /** What failed. */
    public enum Kind {
        /** A write or a sync: what reached the disk is unknown. */
        IO,
        /** Nothing: {@link LogDirectory#abandon} was called. */
        ABANDONED
    }
}
