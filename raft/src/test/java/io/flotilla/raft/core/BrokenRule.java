package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;

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
    }),
    FOLLOWER_CUTS_WHAT_IS_COMMITTED("repeated-append.txt", new SafetyRules() {
        @Override
        boolean isThere(boolean matches) {
            return false;
        }

        @Override
        boolean mayTruncate(long fromIndex, long commitIndex) {
            return true;
        }
    }),
    SNAPSHOT_TRUSTED_OVER_THE_LOG("snapshot-repeated.txt", new SafetyRules() {
        @Override
        boolean hasWhatSnapshotCovers(boolean covered) {
            return false;
        }
    }),
    VOTES_UNDER_A_LIVE_LEADER("pre-vote.txt", new SafetyRules() {
        @Override
        boolean refusesVotes(boolean hasLiveLeader, boolean transfer) {
            return false;
        }
    }),
    JOINT_DECIDED_BY_THE_INCOMING_VOTERS("joint-majorities.txt", new SafetyRules() {
        @Override
        Configuration deciding(Configuration inForce) {
            return new Configuration(inForce.voters(), inForce.learners(), NodeSet.EMPTY);
        }
    }),
    LEARNERS_COUNTED("learner.txt", new SafetyRules() {
        @Override
        Configuration deciding(Configuration inForce) {
            return new Configuration(inForce.voters().union(inForce.learners()), NodeSet.EMPTY, inForce.outgoing());
        }
    }),
    MEMBERS_CHANGED_BEFORE_A_COMMIT_IN_THE_TERM("change-at-term-start.txt", new SafetyRules() {
        @Override
        boolean mayChangeMembers(boolean committedInTerm) {
            return true;
        }
    }),
    TWO_CHANGES_AT_A_TIME("one-change-at-a-time.txt", new SafetyRules() {
        @Override
        boolean isSettled(boolean committed) {
            return true;
        }
    }),
    VOTERS_EXCHANGED_WITHOUT_A_JOINT_CONFIGURATION("one-change-at-a-time.txt", new SafetyRules() {
        @Override
        boolean isStep(Configuration from, Configuration to) {
            return true;
        }
    }),
    LEARNER_PROMOTED_TOO_EARLY("promote-too-early.txt", new SafetyRules() {
        @Override
        boolean mayPromote(boolean caughtUp) {
            return true;
        }
    }),
    REMOVED_LEADER_STAYS("leader-removed.txt", new SafetyRules() {
        @Override
        boolean mustMakeWay(boolean voter) {
            return false;
        }
    }),
    FORGETFUL_REPLICA_VOTES("forgetful-voter.txt", new SafetyRules() {
        @Override
        boolean mayTakePart(boolean forgetful) {
            return true;
        }
    }),
    FORGETFUL_REPLICA_COUNTED("forgetful-two-leaders.txt", new SafetyRules() {
        @Override
        boolean counts(boolean forgetful) {
            return true;
        }
    }),
    FORGETFUL_REPLICA_READMITTED_WHILE_IT_VOTES("forgetful-voter.txt", new SafetyRules() {
        @Override
        boolean mayReadmit(boolean committed, boolean voter) {
            return true;
        }
    }),
    FORGETFULNESS_ITSELF_FORGOTTEN("forgetful-crash.txt", new SafetyRules() {
        @Override
        boolean mayTakeIn(boolean forgetful, boolean persisted) {
            return true;
        }
    }),
    READ_WITHOUT_A_QUORUM("read-during-leader-change.txt", new SafetyRules() {
        @Override
        boolean isConfirmed(boolean answered) {
            return true;
        }
    }),
    READ_BEFORE_A_COMMIT_IN_THE_TERM("read-during-leader-change.txt", new SafetyRules() {
        @Override
        boolean mayRead(boolean committedInTerm) {
            return true;
        }
    }),
    ANSWERS_OF_OLD_ROUNDS_COUNTED("read-stale-round.txt", new SafetyRules() {
        @Override
        boolean isSameRound(long answered, long round) {
            return true;
        }
    }),
    READ_BEFORE_THE_COMMIT_INDEX_IS_THERE("read-index.txt", new SafetyRules() {
        @Override
        boolean mayAnswer(long readIndex, long commitIndex) {
            return true;
        }
    }),
    LEASE_USED_TO_ITS_END("lease-drift.txt", new SafetyRules() {
        @Override
        long usableLease(long leaseNanos, long safeNanos) {
            return leaseNanos;
        }
    }),
    LEASE_COUNTED_FROM_THE_ANSWER("lease-start.txt", new SafetyRules() {
        @Override
        long leaseStart(long askedNanos, long answeredNanos) {
            return answeredNanos;
        }
    }),
    PROMISE_TO_A_LEADER_BROKEN("lease.txt", new SafetyRules() {
        @Override
        boolean keepsPromise() {
            return false;
        }
    }),
    LEASE_KEPT_IN_A_TRANSFER("lease-transfer.txt", new SafetyRules() {
        @Override
        boolean forfeitsLease() {
            return false;
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
