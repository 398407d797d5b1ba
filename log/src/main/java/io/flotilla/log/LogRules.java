package io.flotilla.log;

/**
 * What a log's safety hangs on that no file system could break for a test. Not a setting: {@link #LOG} is what runs. They are
 * methods of an object so that tests can break them and prove that the checkers notice; nothing outside this package can.
 */
public class LogRules {
    /** The rules as they must be. */
    public static final LogRules LOG = new LogRules();

    LogRules() {}

    /** Where what is known of producers ends when the log is cut: with the log. Else the next batch counts as a repetition. */
    long forgetSequencesFrom(long cutIndex) {
        return cutIndex;
    }

    /** Tombstones from here on stay: a replica that lacks one would keep what it deletes. */
    long tombstonesBelow(long offsetEverywhere) {
        return offsetEverywhere;
    }
}
