package io.flotilla.broker.cli.explain;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.broker.cli.explain.Explanation.Finding;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.List;

/** Replicas that take no part, and why. */
final class ReplicaFindings {
    private final Situation now;
    private final List<Finding> findings;

    ReplicaFindings(Situation now, List<Finding> findings) {
        this.now = now;
        this.findings = findings;
    }

    void all() {
        for (int broker : now.hosts()) {
            Replica replica = now.replicas().get(broker);
            if (replica == null) {
                silent(broker);
            } else {
                idle(broker, replica);
            }
        }
    }

    /** Brokers that did not answer at all. */
    void silentBrokers() {
        now.reports().forEach((broker, report) -> {
            if (report instanceof Report.Unreachable) {
                silent(broker);
            }
        });
    }

    private void silent(int broker) {
        findings.add(new Finding(
                "Broker %d does not answer: %s.".formatted(broker, now.silence(broker)), "start broker " + broker));
    }

    private void idle(int broker, Replica replica) {
        String problem = replica.problem();
        switch (replica.state()) {
            case DescribeReplicasHandler.STOPPED ->
                findings.add(new Finding(
                        "Broker %d has stopped its replica and keeps the files as they are: %s"
                                .formatted(broker, problem),
                        "see to the cause, then restart broker " + broker));
            case DescribeReplicasHandler.NOT_OPENED ->
                findings.add(
                        problem == null
                                ? new Finding("Broker %d has not opened its replica yet.".formatted(broker), null)
                                : new Finding(
                                        "Broker %d cannot open its replica and keeps the files as they are: %s"
                                                .formatted(broker, problem),
                                        "see to the cause, then restart broker " + broker));
            case DescribeReplicasHandler.NONE, DescribeReplicasHandler.UNKNOWN ->
                findings.add(new Finding(
                        "Broker %d does not know that it is to have a replica: the cluster metadata it has ends at offset %d."
                                .formatted(broker, now.metadataOffset(broker)),
                        "flotilla partition explain __cluster_metadata-0 tells whether metadata reaches it"));
            default -> {
                if (replica.forgetful()) {
                    findings.add(new Finding(
                            "Broker %d has lost what its replica once acknowledged, so it does not vote until it has been"
                                            .formatted(broker)
                                    + " taken out of the voters and in again.",
                            null));
                }
            }
        }
    }
}
