package io.flotilla.broker.machine;

import java.util.List;

/**
 * What a command asks for. Everything takes effect when the records, and everything the machine had applied before, are
 * committed; until then nobody outside the machine sees any of it.
 *
 * @param records to append in this order as one atomic unit, applied to the machine at once; empty for a read
 * @param response to the caller; unused when {@code held} is given
 * @param held the caller is not answered now but by a later {@link Delivery} to this; null otherwise
 * @param deliveries responses to callers that earlier commands, or this one, left waiting
 */
public record Outcome<R>(List<MachineRecord> records, R response, Held<R> held, List<Delivery<?>> deliveries) {
    /** Records, and a response to the caller. */
    public Outcome(List<MachineRecord> records, R response) {
        this(records, response, null, List.of());
    }

    /** A response that changes nothing. */
    public static <R> Outcome<R> read(R response) {
        return new Outcome<>(List.of(), response);
    }
}
