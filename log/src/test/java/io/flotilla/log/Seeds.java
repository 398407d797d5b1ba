package io.flotilla.log;

import java.util.stream.LongStream;

/**
 * Seeds of the random tests: a few, or more with {@code -Dflotilla.seeds=COUNT}, or from another start with
 * {@code -Dflotilla.seed=FIRST}.
 */
final class Seeds {
    private Seeds() {}

    static LongStream few() {
        return seeds(4);
    }

    static LongStream one() {
        return seeds(1);
    }

    private static LongStream seeds(int usual) {
        long first = Long.getLong("flotilla.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("flotilla.seeds", usual));
    }
}
