package io.flotilla.raft.core;

/** Raft with one rule broken each, for the simulator to catch. In this package because only it can break them. */
public final class WrongRaft {
    private WrongRaft() {}

    public static final SafetyRules LEADER_COUNTS_ITSELF_BEFORE_DURABLE = new SafetyRules() {
        @Override
        long leaderMatch(long durableIndex, long lastIndex) {
            return lastIndex;
        }
    };

    public static final SafetyRules FOLLOWER_ACKNOWLEDGES_BEFORE_DURABLE = new SafetyRules() {
        @Override
        long followerMatch(long durableIndex, long verifiedIndex) {
            return verifiedIndex;
        }
    };

    public static final SafetyRules FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY = new SafetyRules() {
        @Override
        long followerMatch(long durableIndex, long verifiedIndex) {
            return durableIndex;
        }
    };

    public static final SafetyRules OLD_TERM_COMMITTED_BY_COUNTING = new SafetyRules() {
        @Override
        boolean mayCommit(int entryTerm, int term) {
            return true;
        }
    };

    public static final SafetyRules FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY = new SafetyRules() {
        @Override
        long followerCommit(long leaderCommit, long verifiedIndex, long lastIndex) {
            return Math.min(leaderCommit, lastIndex);
        }
    };

    public static final SafetyRules TWO_VOTES_IN_A_TERM = new SafetyRules() {
        @Override
        boolean mayVote(int votedFor, int candidate) {
            return true;
        }
    };

    public static final SafetyRules VOTE_FOR_SHORTER_LOGS = new SafetyRules() {
        @Override
        boolean isUpToDate(int candidateTerm, long candidateIndex, int lastTerm, long lastIndex) {
            return true;
        }
    };

    public static final SafetyRules ANSWERS_OF_OLD_TERMS_COUNTED = new SafetyRules() {
        @Override
        boolean isCurrentAnswer(int answerTerm, int term) {
            return true;
        }
    };

    public static final SafetyRules VOTE_TOLD_BEFORE_PERSISTED = new SafetyRules() {
        @Override
        boolean maySend(HardState persisted, HardState spokenFor) {
            return true;
        }
    };

    public static final SafetyRules LEASE_COUNTED_FROM_THE_ANSWER = new SafetyRules() {
        @Override
        long leaseStart(long askedNanos, long answeredNanos) {
            return answeredNanos;
        }
    };

    public static final SafetyRules PROMISE_TO_A_LEADER_BROKEN = new SafetyRules() {
        @Override
        boolean keepsPromise() {
            return false;
        }
    };

    public static final SafetyRules READ_WITHOUT_A_QUORUM = new SafetyRules() {
        @Override
        boolean isConfirmed(boolean answered) {
            return true;
        }
    };

    public static final SafetyRules SYNC_OF_A_CUT_LOG_COUNTED = new SafetyRules() {
        @Override
        boolean isSameLog(int reportedGeneration, int generation) {
            return true;
        }
    };
}
