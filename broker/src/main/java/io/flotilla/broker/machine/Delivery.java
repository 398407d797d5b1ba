package io.flotilla.broker.machine;

/** The response to a caller who was left waiting. Each {@link Held} gets one delivery; a second is ignored. */
public record Delivery<R>(Held<R> to, R response) {}
