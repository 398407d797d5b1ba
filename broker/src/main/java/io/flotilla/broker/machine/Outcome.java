package io.flotilla.broker.machine;

import java.util.List;

/**
 * What a command asks for: records to append (in this order, as one atomic batch; empty for a read), and the response to
 * give when they, and everything the machine had applied before, are committed.
 */
public record Outcome<R>(List<MachineRecord> records, R response) {
    /** A response that changes nothing. */
    public static <R> Outcome<R> read(R response) {
        return new Outcome<>(List.of(), response);
    }
}
