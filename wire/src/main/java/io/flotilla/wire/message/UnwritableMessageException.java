package io.flotilla.wire.message;

/** A message that cannot be expressed in the version asked for: a mistake of whoever built it. */
public final class UnwritableMessageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnwritableMessageException(String message) {
        super(message);
    }

    static UnwritableMessageException unsupported(String field, short version) {
        return new UnwritableMessageException(field + " has a value, but version " + version + " lacks the field");
    }
}
