package io.flotilla.broker.cli;

/** A command failed in a way that a user can understand: the message says what happened and what to do. No stack trace. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message, null, false, false);
    }
}
