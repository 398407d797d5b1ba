package io.flotilla.broker.partition;

/**
 * What a replica's promises to clients hang on, each one line. Not a setting: {@link #SERVING} is what runs. They are methods of
 * an object so that tests can break one at a time and prove that the checkers notice; nothing outside this package can.
 */
public class ServingRules {
    /** The rules as they must be. */
    public static final ServingRules SERVING = new ServingRules();

    ServingRules() {}

    /** Where reading ends: nobody sees what is not committed. */
    long readable(long highWatermark, long logEndOffset) {
        return highWatermark;
    }

    /** A batch is acknowledged once its last index is committed. */
    boolean mayAcknowledge(long lastIndex, long committedIndex) {
        return lastIndex <= committedIndex;
    }

    /** A batch that is there already is acknowledged no earlier than the first time. */
    boolean mayAcknowledgeAgain(long lastIndex, long committedIndex) {
        return lastIndex <= committedIndex;
    }

    /** A producer's batch must follow on its last one (KIP-98). */
    boolean checksSequences() {
        return true;
    }
}
