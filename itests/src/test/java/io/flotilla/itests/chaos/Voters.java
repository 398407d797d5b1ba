package io.flotilla.itests.chaos;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.ReplicaReports;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.Collection;
import java.util.List;

/** Looks at whether all replicas have their say again, as brokers tell it themselves. */
final class Voters {
    private static final int TIMEOUT_MS = 10_000;
    private static final int OPEN = 2;

    private Voters() {}

    /** Whether every broker answers, and each of its replicas is open, remembers its promises and is a voter in its leader's eyes. */
    static boolean areComplete(String bootstrap, int brokers) throws InterruptedException {
        try (KafkaClient client = KafkaClient.connect(bootstrap, TIMEOUT_MS)) {
            Collection<Report> reports = new ReplicaReports(client).askAll().values();
            return reports.size() == brokers
                    && reports.stream()
                            .allMatch(report -> report instanceof Report.Answered answered
                                    && areWell(answered.response(), brokers));
        }
    }

    private static boolean areWell(DescribeReplicasResponse response, int brokers) {
        List<Replica> replicas = response.replicas();
        return replicas.stream().allMatch(replica -> replica.state() == OPEN && !replica.forgetful())
                && replicas.stream().filter(Replica::leading).allMatch(replica -> isComplete(replica, brokers));
    }

    private static boolean isComplete(Replica leader, int brokers) {
        return leader.voters().size() == brokers
                && leader.outgoing().isEmpty()
                && leader.learners().isEmpty();
    }
}
