package io.flotilla.broker.cli.explain;

import io.flotilla.broker.cli.explain.Explanation.Finding;
import io.flotilla.broker.cli.explain.Explanation.Verdict;
import io.flotilla.wire.message.DescribeReplicasResponse.Peer;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether enough voters are there to decide anything, and whether they agree on who leads. */
final class QuorumFindings {
    private final Situation now;
    private final Verdict verdict;
    private final List<Finding> findings;

    QuorumFindings(Situation now, Verdict verdict, List<Finding> findings) {
        this.now = now;
        this.verdict = verdict;
        this.findings = findings;
    }

    void all() {
        boolean majority = true;
        List<List<Integer>> halves = now.halves();
        for (int i = 0; i < halves.size(); i++) {
            String which = halves.size() == 1 ? "voters" : i == 0 ? "new voters" : "old voters";
            majority &= quorum(halves.get(i), which);
        }
        if (majority && verdict == Verdict.NOT_LED) {
            electionDue();
        }
        formerLeaders();
        strayFollowers();
        brokenLinks();
    }

    /** The arithmetic of one majority; returns whether it is there. */
    private boolean quorum(List<Integer> voters, String which) {
        String text = now.quorum(voters, which);
        if (now.hasMajority(voters)) {
            findings.add(new Finding(text, null));
            return true;
        }
        List<Integer> missing =
                voters.stream().filter(voter -> !now.works(voter)).toList();
        int more = Situation.majority(voters.size()) - voters.size() + missing.size();
        findings.add(new Finding(
                text,
                "bring back %s. Only if that is impossible for good: flotilla partition recover --unsafe %s"
                        .formatted(
                                missing.size() == more
                                        ? Words.brokers(missing)
                                        : "%s of brokers %s".formatted(more == 1 ? "one" : more, Words.ids(missing)),
                                now.name())));
        return false;
    }

    private void electionDue() {
        findings.add(new Finding(
                "Enough voters are there, so a leader should be elected within seconds; terms seen: %s."
                        .formatted(now.replicas().entrySet().stream()
                                .filter(entry -> now.works(entry.getKey()))
                                .map(entry -> "broker %d in term %d"
                                        .formatted(
                                                entry.getKey(), entry.getValue().term()))
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("none")),
                "look again; if it stays so, look for broken links below and for warnings in the brokers' logs"));
    }

    private void formerLeaders() {
        for (int broker : now.claimants()) {
            if (broker != now.leader()) {
                findings.add(new Finding(
                        "Broker %d still takes itself for the leader, in term %d, but term %d has begun since. It can commit"
                                        .formatted(
                                                broker,
                                                now.replicas().get(broker).term(),
                                                now.authority().term())
                                + " nothing, and steps down as soon as it hears of that, or hears from no majority.",
                        null));
            }
        }
    }

    private void strayFollowers() {
        if (now.leader() == Situation.NOBODY) {
            return;
        }
        for (Map.Entry<Integer, Replica> entry : now.replicas().entrySet()) {
            Replica replica = entry.getValue();
            boolean strays = now.works(entry.getKey())
                    && !Situation.isLeader(replica)
                    && (replica.leaderId() != now.leader()
                            || replica.term() != now.authority().term());
            if (strays) {
                findings.add(new Finding(
                        "Broker %d does not follow broker %d: it is in term %d and %s."
                                .formatted(
                                        entry.getKey(),
                                        now.leader(),
                                        replica.term(),
                                        replica.leaderId() < 0
                                                ? "knows no leader"
                                                : "follows broker " + replica.leaderId()),
                        null));
            }
        }
    }

    /** Brokers that answer this command but do not hear each other. */
    private void brokenLinks() {
        List<Integer> hosts = new ArrayList<>(now.hosts());
        hosts.removeIf(host -> !now.works(host));
        for (int i = 0; i < hosts.size(); i++) {
            for (int j = i + 1; j < hosts.size(); j++) {
                Peer there = now.peer(hosts.get(i), hosts.get(j));
                Peer back = now.peer(hosts.get(j), hosts.get(i));
                boolean deaf = there != null && !there.alive() || back != null && !back.alive();
                if (deaf) {
                    findings.add(new Finding(
                            "Brokers %d and %d do not hear each other, though both answer: the link between them is broken."
                                    .formatted(hosts.get(i), hosts.get(j)),
                            "look at the network between the two, and at their advertised.listeners"));
                }
            }
        }
    }
}
