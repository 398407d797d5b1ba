package io.flotilla.broker.env;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Where randomness comes from, so that a simulator can replay it. Thread-safe. */
public interface RandomSource {
    /** A new generator for the sole use of the caller. */
    RandomGenerator newGenerator();

    /** A new random (type 4) identifier. */
    UUID newUuid();
}
