package io.flotilla.broker.cli.explain;

import io.flotilla.broker.cli.explain.Explanation.Finding;
import io.flotilla.broker.cli.explain.Explanation.Verdict;
import io.flotilla.raft.core.ReplicationState;
import io.flotilla.wire.message.DescribeReplicasResponse.Follower;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.List;

/** What the leader waits for: followers that lag, disks that do not sync, changes of members that do not come to an end. */
final class ProgressFindings {
    private final Situation before;
    private final Situation now;
    private final Verdict verdict;
    private final List<Finding> findings;

    ProgressFindings(Situation before, Situation now, Verdict verdict, List<Finding> findings) {
        this.before = before;
        this.now = now;
        this.verdict = verdict;
        this.findings = findings;
    }

    void all() {
        slowDisks();
        if (now.leader() != Situation.NOBODY) {
            now.authority().followers().forEach(this::lag);
            transfer();
            change();
        }
        stableOffset();
    }

    private void slowDisks() {
        now.replicas().forEach((broker, replica) -> {
            Replica then = before.replicas().get(broker);
            boolean stuck = now.works(broker)
                    && then != null
                    && then.syncedIndex() == replica.syncedIndex()
                    && then.lastIndex() > then.syncedIndex();
            if (stuck) {
                findings.add(new Finding(
                        "Broker %d has %s in memory that its disk does not take: synced up to index %d, and no further."
                                .formatted(
                                        broker,
                                        Words.entries(replica.lastIndex() - replica.syncedIndex()),
                                        replica.syncedIndex()),
                        "look at the disk of broker " + broker));
            }
        });
    }

    private void lag(Follower follower) {
        long behind = now.authority().lastIndex() - follower.matchIndex();
        Follower then = before.follower(follower.brokerId());
        boolean steady = follower.up()
                && follower.state() == ReplicationState.REPLICATE.ordinal()
                && (then == null || behind == 0 || then.matchIndex() < follower.matchIndex());
        if (behind > 0 && !steady) {
            findings.add(new Finding(
                    "Broker %d lacks %s: it is known to hold the log up to index %d of %d, and %s."
                            .formatted(
                                    follower.brokerId(),
                                    Words.entries(behind),
                                    follower.matchIndex(),
                                    now.authority().lastIndex(),
                                    reason(follower)),
                    null));
        }
    }

    private static String reason(Follower follower) {
        if (!follower.up()) {
            return "the leader cannot reach its replica";
        }
        return switch (ReplicationState.values()[follower.state()]) {
            case PROBE -> "the leader is asking where its log agrees with the leader's";
            case SNAPSHOT -> "it is being sent a snapshot, because the leader's log no longer reaches back so far";
            case REPLICATE ->
                "it does not acknowledge what it is sent (%d bytes under way)".formatted(follower.inflightBytes());
        };
    }

    private void transfer() {
        if (now.authority().transferTarget() >= 0) {
            findings.add(new Finding(
                    "Broker %d is handing over to broker %d; meanwhile it takes no records."
                            .formatted(now.leader(), now.authority().transferTarget()),
                    null));
        }
    }

    /** A change of the members: what is wanted, how far it is, what it waits for. */
    private void change() {
        Replica leader = now.authority();
        boolean joint = !leader.outgoing().isEmpty();
        boolean wanted = !leader.adding().isEmpty() || !leader.removing().isEmpty();
        if (!wanted && !joint && leader.step() == null) {
            return;
        }
        List<String> aims = new ArrayList<>();
        if (!leader.adding().isEmpty()) {
            aims.add("to be added: " + Words.ids(leader.adding()));
        }
        if (!leader.removing().isEmpty()) {
            aims.add("to be removed: " + Words.ids(leader.removing()));
        }
        findings.add(new Finding(
                "The replicas are being changed%s. Step: %s."
                        .formatted(aims.isEmpty() ? "" : " (" + String.join("; ", aims) + ")", step(leader)),
                null));
    }

    private String step(Replica leader) {
        if (leader.step() != null) {
            return leader.step();
        }
        if (!leader.outgoing().isEmpty()) {
            return "both the old voters %s and the new voters %s must commit the change"
                    .formatted(Words.ids(leader.outgoing()), Words.ids(leader.voters()));
        }
        if (leader.learners().isEmpty()) {
            return "the leader has not begun";
        }
        List<String> learners = new ArrayList<>();
        for (int learner : leader.learners()) {
            Follower follower = now.follower(learner);
            long behind = follower == null ? -1 : leader.lastIndex() - follower.matchIndex();
            learners.add(
                    follower == null || !follower.up()
                            ? "broker " + learner + " must catch up and cannot be reached"
                            : "broker " + learner + " must catch up, " + Words.entries(behind) + " to go");
        }
        return String.join("; ", learners);
    }

    private void stableOffset() {
        Replica authority = now.authority();
        if (authority != null && authority.lastStableOffset() < authority.highWatermark()) {
            findings.add(new Finding(
                    "An open transaction holds the last stable offset at %d, %d below the high watermark: consumers with"
                                    .formatted(
                                            authority.lastStableOffset(),
                                            authority.highWatermark() - authority.lastStableOffset())
                            + " isolation.level=read_committed see nothing after it.",
                    "kafka-transactions.sh find-hanging shows which one"));
        } else if (authority != null && verdict != Verdict.COMMITTING) {
            findings.add(new Finding(
                    "The last stable offset is the high watermark, %d; it rises when that does, no transaction holds it."
                            .formatted(authority.lastStableOffset()),
                    null));
        }
    }
}
