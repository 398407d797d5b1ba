package io.flotilla.raft.core;

/** Raft with one rule broken each, to prove that the checkers would notice. */
enum BrokenRule {
    LEADER_COUNTS_ITSELF_BEFORE_DURABLE("durable-before-counted.txt", new SafetyRules() {
        @Override
        long leaderMatch(long durableIndex, long lastIndex) {
            return lastIndex;
        }
    }),
    FOLLOWER_ACKNOWLEDGES_BEFORE_DURABLE("durable-before-counted.txt", new SafetyRules() {
        @Override
        long followerMatch(long durableIndex, long verifiedIndex) {
            return verifiedIndex;
        }
    }),
    FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY("divergence.txt", new SafetyRules() {
        @Override
        long followerMatch(long durableIndex, long verifiedIndex) {
            return durableIndex;
        }
    }),
    OLD_TERM_COMMITTED_BY_COUNTING("figure-8.txt", new SafetyRules() {
        @Override
        boolean mayCommit(int entryTerm, int term) {
            return true;
        }
    }),
    FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY("divergence.txt", new SafetyRules() {
        @Override
        long followerCommit(long leaderCommit, long verifiedIndex, long lastIndex) {
            return Math.min(leaderCommit, lastIndex);
        }
    }),
    TWO_VOTES_IN_A_TERM("two-candidates.txt", new SafetyRules() {
        @Override
        boolean mayVote(int votedFor, int candidate) {
            return true;
        }
    }),
    VOTE_FOR_SHORTER_LOGS("up-to-date.txt", new SafetyRules() {
        @Override
        boolean isUpToDate(int candidateTerm, long candidateIndex, int lastTerm, long lastIndex) {
            return true;
        }
    }),
    ANSWERS_OF_OLD_TERMS_COUNTED("stale-answers.txt", new SafetyRules() {
        @Override
        boolean isCurrentAnswer(int answerTerm, int term) {
            return true;
        }
    }),
    VOTE_TOLD_BEFORE_PERSISTED("vote-memory.txt", new SafetyRules() {
        @Override
        boolean maySend(HardState persisted, HardState spokenFor) {
            return true;
        }
    }),
    SYNC_OF_A_CUT_LOG_COUNTED("aba.txt", new SafetyRules() {
        @Override
        boolean isSameLog(int reportedGeneration, int generation) {
            return true;
        }
    });

    /** A golden script that must fail with these rules. */
    final String script;

    final SafetyRules rules;

    BrokenRule(String script, SafetyRules rules) {
        this.script = script;
        this.rules = rules;
    }
}
