package io.flotilla.broker.env;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Randomness from the operating system: no two processes get the same numbers. */
public final class SystemRandom implements RandomSource {
    private final SecureRandom seeds = new SecureRandom();

    @Override
    public RandomGenerator newGenerator() {
        return new SplittableRandom(seeds.nextLong());
    }

    @Override
    public UUID newUuid() {
        return UUID.randomUUID();
    }
}
