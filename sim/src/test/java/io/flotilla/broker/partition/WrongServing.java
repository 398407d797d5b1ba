package io.flotilla.broker.partition;

/** Replicas that break one promise each, for the simulator to catch. In this package because only it can break them. */
public final class WrongServing {
    private WrongServing() {}

    public static final ServingRules FETCH_BEYOND_THE_HIGH_WATERMARK = new ServingRules() {
        @Override
        long readable(long highWatermark, long logEndOffset) {
            return logEndOffset;
        }
    };

    public static final ServingRules ACKNOWLEDGED_BEFORE_COMMIT = new ServingRules() {
        @Override
        boolean mayAcknowledge(long lastIndex, long committedIndex) {
            return true;
        }
    };

    public static final ServingRules REPETITION_ACKNOWLEDGED_BEFORE_COMMIT = new ServingRules() {
        @Override
        boolean mayAcknowledgeAgain(long lastIndex, long committedIndex) {
            return true;
        }
    };

    public static final ServingRules SEQUENCES_NOT_CHECKED = new ServingRules() {
        @Override
        boolean checksSequences() {
            return false;
        }
    };
}
