package io.flotilla.log;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Seeds of the random tests: a few, or more with {@code -Dflotilla.seeds=COUNT}, or from another start with
 * {@code -Dflotilla.seed=FIRST}.
 */
public final class Seeds {
    private Seeds() {}

    static LongStream few() {
        return seeds(2);
    }

    static LongStream one() {
        return seeds(1);
    }

    /** Random numbers from a seed; small seeds give as different ones as large. */
    public static Random random(long seed) {
        // The first numbers of java.util.Random are nearly the same for all small seeds.
        return new Random(new SplittableRandom(seed).nextLong());
    }

    private static LongStream seeds(int usual) {
        long first = Long.getLong("flotilla.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("flotilla.seeds", usual));
    }
}
