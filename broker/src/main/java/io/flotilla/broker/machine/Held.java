package io.flotilla.broker.machine;

import java.util.concurrent.CompletableFuture;

/**
 * A response owed to a caller who has to wait, such as a member joining a group until the others have joined too. A machine
 * makes one, returns it in its {@link Outcome}, keeps it in its state, and names it in the {@link Delivery} of a later
 * outcome. Only the {@link MachineHost} completes it: with the delivery once that is committed, or with a failure when the
 * machine ends first. So machines stay free of callbacks, and replaying them has no effects outside.
 */
public final class Held<R> {
    final CompletableFuture<R> future = new CompletableFuture<>();
}
