package io.flotilla.sim;

import io.flotilla.broker.partition.Rules;
import io.flotilla.broker.partition.ServingRules;
import io.flotilla.broker.partition.WrongServing;
import io.flotilla.log.LogRules;
import io.flotilla.log.WrongLog;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.raft.core.SafetyRules;
import io.flotilla.raft.core.WrongRaft;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Brokers with one thing wrong each. The simulator is as good as those it catches. */
enum WrongVariant {
    LEADER_COUNTS_ITSELF_BEFORE_DURABLE(WrongRaft.LEADER_COUNTS_ITSELF_BEFORE_DURABLE),
    FOLLOWER_ACKNOWLEDGES_BEFORE_DURABLE(WrongRaft.FOLLOWER_ACKNOWLEDGES_BEFORE_DURABLE),
    FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY(WrongRaft.FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY),
    OLD_TERM_COMMITTED_BY_COUNTING(WrongRaft.OLD_TERM_COMMITTED_BY_COUNTING),
    FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY(WrongRaft.FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY),
    TWO_VOTES_IN_A_TERM(WrongRaft.TWO_VOTES_IN_A_TERM),
    VOTE_FOR_SHORTER_LOGS(WrongRaft.VOTE_FOR_SHORTER_LOGS),
    ANSWERS_OF_OLD_TERMS_COUNTED(WrongRaft.ANSWERS_OF_OLD_TERMS_COUNTED),
    VOTE_TOLD_BEFORE_PERSISTED(WrongRaft.VOTE_TOLD_BEFORE_PERSISTED),
    SYNC_OF_A_CUT_LOG_COUNTED(WrongRaft.SYNC_OF_A_CUT_LOG_COUNTED),
    READ_WITHOUT_A_QUORUM(WrongRaft.READ_WITHOUT_A_QUORUM),
    LEASE_COUNTED_FROM_THE_ANSWER(WrongRaft.LEASE_COUNTED_FROM_THE_ANSWER),
    PROMISE_TO_A_LEADER_BROKEN(WrongRaft.PROMISE_TO_A_LEADER_BROKEN),
    LEASE_WITH_CLOCKS_THAT_DRIFT_TOO_MUCH(0.6),
    SEQUENCES_NOT_ROLLED_BACK(WrongLog.SEQUENCES_NOT_ROLLED_BACK),
    TOMBSTONES_DROPPED_BEFORE_ALL_HAVE_THEM(WrongLog.TOMBSTONES_DROPPED_BEFORE_ALL_HAVE_THEM),
    LOG_NOT_SYNCED(path -> path.toString().endsWith(".log"), true, true),
    VOTES_NOT_SYNCED(path -> path.endsWith("hard-state.journal"), true, true),
    DIRECTORIES_NOT_SYNCED(path -> false, false, true),
    FAILED_SYNC_TRIED_AGAIN(path -> false, true, false),
    FETCH_BEYOND_THE_HIGH_WATERMARK(WrongServing.FETCH_BEYOND_THE_HIGH_WATERMARK),
    ACKNOWLEDGED_BEFORE_COMMIT(WrongServing.ACKNOWLEDGED_BEFORE_COMMIT),
    REPETITION_ACKNOWLEDGED_BEFORE_COMMIT(WrongServing.REPETITION_ACKNOWLEDGED_BEFORE_COMMIT),
    SEQUENCES_NOT_CHECKED(WrongServing.SEQUENCES_NOT_CHECKED);

    private static final Set<WrongVariant> SHOW_SOON = EnumSet.of(
            FOLLOWER_ACKNOWLEDGES_WHAT_IT_DID_NOT_VERIFY,
            FOLLOWER_COMMITS_WHAT_IT_DID_NOT_VERIFY,
            VOTE_FOR_SHORTER_LOGS,
            TWO_VOTES_IN_A_TERM,
            LOG_NOT_SYNCED,
            DIRECTORIES_NOT_SYNCED,
            FETCH_BEYOND_THE_HIGH_WATERMARK,
            ACKNOWLEDGED_BEFORE_COMMIT,
            SEQUENCES_NOT_CHECKED);

    final Variant variant;

    /** Whether some ten seeds do, so that every build can look for it. */
    boolean showsSoon() {
        return SHOW_SOON.contains(this);
    }

    WrongVariant(SafetyRules raft) {
        this(new Rules(raft, LogRules.LOG, ServingRules.SERVING), UnaryOperator.identity());
    }

    WrongVariant(LogRules log) {
        this(new Rules(SafetyRules.RAFT, log, ServingRules.SERVING), UnaryOperator.identity());
    }

    WrongVariant(ServingRules serving) {
        this(new Rules(SafetyRules.RAFT, LogRules.LOG, serving), UnaryOperator.identity());
    }

    WrongVariant(Predicate<Path> unsynced, boolean syncsDirectories, boolean believesFailures) {
        this(Rules.ALL, files -> new ForgetfulFiles(files, unsynced, syncsDirectories, believesFailures));
    }

    WrongVariant(Rules rules, UnaryOperator<FileSystem> disk) {
        variant = new Variant(rules, disk, Variant.SAFE_DRIFT);
    }

    WrongVariant(double mostDrift) {
        variant = new Variant(Rules.ALL, UnaryOperator.identity(), mostDrift);
    }
}
