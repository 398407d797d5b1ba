package io.flotilla.raft.core;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.ConfigurationPlan;

/**
 * The decisions that Raft's safety hangs on, each one line, in one place. Not a setting: {@link #RAFT} is what runs. They
 * are methods of an object so that tests can break one at a time and prove that the checkers notice; nothing outside this
 * package can.
 */
public class SafetyRules {
    /** The rules as they must be. */
    public static final SafetyRules RAFT = new SafetyRules();

    SafetyRules() {}

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

    /** Decisions need a majority of the voters, of both halves of a joint configuration (Raft section 6). */
    Configuration deciding(Configuration inForce) {
        return inForce;
    }

    /** Members change only under a leader that has committed in its term (Ongaro, raft-dev, 10 July 2015). */
    boolean mayChangeMembers(boolean committedInTerm) {
        return committedInTerm;
    }

    /** One change at a time: the next waits until the last is committed (Raft section 6). */
    boolean isSettled(boolean committed) {
        return committed;
    }

    /** From one set of voters to another only by way of both (Raft section 6). */
    boolean isStep(Configuration from, Configuration to) {
        return ConfigurationPlan.isStep(from, to);
    }

    /** Only learners that have the log become voters (thesis 4.2.1). */
    boolean mayPromote(boolean caughtUp) {
        return caughtUp;
    }

    /** A leader that is no voter any more makes way (thesis 4.2.2). */
    boolean mustMakeWay(boolean voter) {
        return !voter;
    }

    /** A replica that lost what it promised neither votes nor vouches for a leader. */
    boolean mayTakePart(boolean forgetful) {
        return !forgetful;
    }

    /** Nor does it count for a commit: the leader may be one of the past, and the replica have forgotten a later term. */
    boolean counts(boolean forgetful) {
        return !forgetful;
    }

    /** It is readmitted once a configuration in which it does not vote is committed. */
    boolean mayReadmit(boolean committed, boolean voter) {
        return committed && !voter;
    }

    /** A leader knows the group's commit index only once it has committed in its own term (thesis 6.4). */
    boolean mayRead(boolean committedInTerm) {
        return committedInTerm;
    }

    /** Who has not answered in the round has not confirmed (thesis 6.4). */
    boolean isConfirmed(boolean answered) {
        return answered;
    }

    /** An answer counts for the round it was given in. */
    boolean isSameRound(long answered, long round) {
        return answered == round;
    }

    /** A read is served once everything it must see is committed here (thesis 6.4). */
    boolean mayAnswer(long readIndex, long commitIndex) {
        return readIndex <= commitIndex;
    }

    /** A lease counts from the question: who promised may have done so right after it was asked (thesis 6.4.1). */
    long leaseStart(long askedNanos, long answeredNanos) {
        return askedNanos;
    }

    /** The part of a lease that a leader may use: clocks drift (thesis 6.4.1). */
    long usableLease(long leaseNanos, long safeNanos) {
        return safeNanos;
    }

    /** Who promised a leader to elect no other keeps to it (thesis 6.4.1). */
    boolean keepsPromise() {
        return true;
    }

    /** A transfer ends the lease for the rest of the term (thesis 6.4.1). */
    boolean forfeitsLease() {
        return true;
    }

    /** While a leader lives there is nothing to vote about (thesis 4.2.3). */
    boolean refusesVotes(boolean hasLiveLeader, boolean transfer) {
        return hasLiveLeader && !transfer;
    }

    /** A replica that lost its memory takes nothing in before that is written down. */
    boolean mayTakeIn(boolean forgetful, boolean persisted) {
        return !forgetful || persisted;
    }

    /** Only entries that contradict the leader's are cut; those that are there stay (Raft 5.3). */
    boolean isThere(boolean matches) {
        return matches;
    }

    /** What is committed is never cut (Raft 5.4). */
    boolean mayTruncate(long fromIndex, long commitIndex) {
        return fromIndex > commitIndex;
    }

    /** A snapshot takes the place of the log only where the log does not reach as far (Raft figure 13, step 6). */
    boolean hasWhatSnapshotCovers(boolean covered) {
        return covered;
    }

    /** A durability report counts only for the log it was made about. */
    boolean isSameLog(int reportedGeneration, int generation) {
        return reportedGeneration == generation;
    }
}
