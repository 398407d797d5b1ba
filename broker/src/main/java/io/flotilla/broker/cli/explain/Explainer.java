package io.flotilla.broker.cli.explain;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.broker.cli.explain.Explanation.Finding;
import io.flotilla.broker.cli.explain.Explanation.Offsets;
import io.flotilla.broker.cli.explain.Explanation.Row;
import io.flotilla.broker.cli.explain.Explanation.Verdict;
import io.flotilla.raft.core.Role;
import io.flotilla.wire.message.DescribeReplicasResponse.Follower;
import io.flotilla.wire.message.DescribeReplicasResponse.Peer;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/** Explains one partition from two looks at it, a moment apart: what did not move between them is stuck. */
public final class Explainer {
    private final Situation before;
    private final Situation now;

    private Explainer(Situation before, Situation now) {
        this.before = before;
        this.now = now;
    }

    /**
     * Explains a partition.
     *
     * @param before what the brokers reported at first
     * @param now what they report now
     */
    public static Explanation explain(
            String topic, int partition, SortedMap<Integer, Report> before, SortedMap<Integer, Report> now) {
        return new Explainer(new Situation(topic, partition, before), new Situation(topic, partition, now)).explain();
    }

    private Explanation explain() {
        Verdict verdict = verdict();
        List<Finding> findings = new ArrayList<>();
        if (verdict == Verdict.UNKNOWN) {
            new ReplicaFindings(now, findings).silentBrokers();
        } else {
            new QuorumFindings(now, verdict, findings).all();
            new ReplicaFindings(now, findings).all();
            new ProgressFindings(before, now, verdict, findings).all();
        }
        Replica authority = now.authority();
        return new Explanation(
                now.name(),
                verdict,
                headline(verdict),
                now.leader(),
                authority == null ? -1 : authority.term(),
                authority == null ? List.of() : authority.voters(),
                authority == null ? List.of() : authority.outgoing(),
                offsets(),
                rows(),
                List.copyOf(findings));
    }

    private Verdict verdict() {
        if (!now.isKnown()) {
            return Verdict.UNKNOWN;
        }
        if (now.leader() == Situation.NOBODY) {
            return Verdict.NOT_LED;
        }
        if (!now.authority().leading()) {
            return Verdict.STARTING;
        }
        return isStuck() ? Verdict.NOT_COMMITTING : Verdict.COMMITTING;
    }

    /** Whether what waited to be committed at the first look still does, in the same term. */
    private boolean isStuck() {
        Replica leader = now.authority();
        Replica then = before.replicas().get(now.leader());
        return then != null
                && Situation.isLeader(then)
                && then.term() == leader.term()
                && then.lastIndex() > then.commitIndex()
                && leader.commitIndex() == then.commitIndex();
    }

    private String headline(Verdict verdict) {
        Replica leader = now.authority();
        return now.name()
                + switch (verdict) {
                    case COMMITTING ->
                        " is led by broker %d in term %d and commits what is written."
                                .formatted(now.leader(), leader.term());
                    case STARTING ->
                        " is being taken over by broker %d in term %d, which has not committed anything in that"
                                        .formatted(now.leader(), leader.term())
                                + " term yet.";
                    case NOT_COMMITTING ->
                        " is led by broker %d in term %d but does not commit: %s wait after index %d."
                                .formatted(
                                        now.leader(),
                                        leader.term(),
                                        Words.entries(leader.lastIndex() - leader.commitIndex()),
                                        leader.commitIndex());
                    case NOT_LED -> " has no leader: nothing can be written. What is committed can still be read.";
                    case UNKNOWN -> " is not known to any broker that answers.";
                };
    }

    private Offsets offsets() {
        Replica authority = now.authority();
        if (authority == null) {
            return null;
        }
        int broker = now.replicas().keySet().stream()
                .filter(id -> now.replicas().get(id) == authority)
                .findFirst()
                .orElseThrow();
        return new Offsets(
                broker,
                authority.logStartOffset(),
                authority.highWatermark(),
                authority.lastStableOffset(),
                authority.logEndOffset());
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int broker : now.hosts()) {
            Replica replica = now.replicas().get(broker);
            Follower follower = now.follower(broker);
            long match = follower == null ? -1 : follower.matchIndex();
            long behind = follower == null ? -1 : now.authority().lastIndex() - match;
            rows.add(
                    replica == null
                            ? new Row(broker, "no answer", -1, -1, -1, -1, match, behind, silentMs(broker))
                            : new Row(
                                    broker,
                                    role(broker, replica),
                                    replica.term(),
                                    replica.lastIndex(),
                                    replica.syncedIndex(),
                                    replica.commitIndex(),
                                    match,
                                    behind,
                                    silentMs(broker)));
        }
        return rows;
    }

    private String role(int broker, Replica replica) {
        return switch (replica.state()) {
            case DescribeReplicasHandler.STOPPED -> "stopped";
            case DescribeReplicasHandler.NOT_OPENED -> "not open";
            case DescribeReplicasHandler.NONE, DescribeReplicasHandler.UNKNOWN -> "none";
            default -> {
                boolean learns = now.authority().learners().contains(broker);
                boolean deposed = Situation.isLeader(replica) && broker != now.leader();
                yield deposed
                        ? "former leader"
                        : learns
                                ? "learner"
                                : Role.values()[replica.role()]
                                        .name()
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '-');
            }
        };
    }

    /** Who else heard of the broker lately: the leader if there is one, else whoever did last. */
    private long silentMs(int broker) {
        if (now.leader() != Situation.NOBODY) {
            Peer peer = now.peer(now.leader(), broker);
            return peer == null ? -1 : peer.silentMs();
        }
        return now.reports().keySet().stream()
                .map(other -> now.peer(other, broker))
                .filter(peer -> peer != null && peer.silentMs() >= 0)
                .mapToLong(Peer::silentMs)
                .min()
                .orElse(-1);
    }
}
