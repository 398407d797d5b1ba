package io.flotilla.log;

/** The log with one rule broken each, for the simulator to catch. In this package because only it can break them. */
public final class WrongLog {
    private WrongLog() {}

    public static final LogRules SEQUENCES_NOT_ROLLED_BACK = new LogRules() {
        @Override
        long forgetSequencesFrom(long cutIndex) {
            return Long.MAX_VALUE;
        }
    };

    public static final LogRules TOMBSTONES_DROPPED_BEFORE_ALL_HAVE_THEM = new LogRules() {
        @Override
        long tombstonesBelow(long offsetEverywhere) {
            return Long.MAX_VALUE;
        }
    };
}
