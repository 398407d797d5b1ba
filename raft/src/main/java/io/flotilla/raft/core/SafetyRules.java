package io.flotilla.raft.core;

/**
 * The decisions that Raft's safety hangs on, each one line, in one place. Not a setting: {@link #RAFT} is what runs. They
 * are methods of an object so that tests can break one at a time and prove that the checkers notice.
 */
class SafetyRules {
    /** The rules as they must be. */
    static final SafetyRules RAFT = new SafetyRules();

    /** What a leader counts for itself: what its own disk holds, also with one voter (thesis 10.2.1). */
    long leaderMatch(long durableIndex, long lastIndex) {
        return durableIndex;
    }

    /** A leader commits by counting only entries of its own term; earlier ones follow with them (Raft 5.4.2). */
    boolean mayCommit(int entryTerm, int term) {
        return entryTerm == term;
    }

    /** One vote per term (Raft 5.2). */
    boolean mayVote(int votedFor, int candidate) {
        return votedFor == RaftCore.NO_NODE || votedFor == candidate;
    }

    /** Votes go only to logs at least as up to date as one's own (Raft 5.4.1). */
    boolean isUpToDate(int candidateTerm, long candidateIndex, int lastTerm, long lastIndex) {
        return candidateTerm > lastTerm || candidateTerm == lastTerm && candidateIndex >= lastIndex;
    }

    /** An answer counts in the term it was given in, and in no later one (Raft 5.1). */
    boolean isCurrentAnswer(int answerTerm, int term) {
        return answerTerm == term;
    }

    /** Nothing is said before the term and vote it speaks for are durable (Raft figure 2). */
    boolean maySend(HardState persisted, HardState spokenFor) {
        return persisted.covers(spokenFor);
    }

    /** A follower acknowledges what is both durable here and known to agree with the leader (Raft 5.3). */
    long followerMatch(long durableIndex, long verifiedIndex) {
        return Math.min(durableIndex, verifiedIndex);
    }

    /** A follower commits no further than its log is known to agree with the leader's (Raft figure 2). */
    long followerCommit(long leaderCommit, long verifiedIndex, long lastIndex) {
        return Math.min(leaderCommit, verifiedIndex);
    }

    /** A durability report counts only for the log it was made about. */
    boolean isSameLog(int reportedGeneration, int generation) {
        return reportedGeneration == generation;
    }
}
