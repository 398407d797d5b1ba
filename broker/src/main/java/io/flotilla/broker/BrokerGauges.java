package io.flotilla.broker;

import io.flotilla.broker.cluster.MetadataFollower;
import io.flotilla.broker.metrics.Gauge;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.log.LogDirectory;
import java.util.function.Predicate;

/** What a broker's state looks like from outside: counted when somebody asks, from what any thread may read. */
final class BrokerGauges {
    private BrokerGauges() {}

    static void follow(Metrics metrics, Replicas replicas, MetadataFollower metadata) {
        metrics.replicas.follow(() -> replicas.all().size());
        count(metrics.replicasLeading, replicas, Replica::isLeading);
        count(metrics.replicasLeaderless, replicas, replica -> replica.leaderId() < 0);
        metrics.replicasOpening.follow(() -> replicas.opening().waiting());
        metrics.recoveredBytes.follow(() -> replicas.opening().scannedBytes());
        metrics.replicasStopped.follow(() -> replicas.damaged().size()
                + replicas.all().stream().filter(Replica::isFailed).count());
        count(metrics.membersChanging, replicas, replica -> replica.membership().isPending());
        metrics.membersLag.follow(() -> replicas.all().stream()
                .mapToLong(replica -> replica.membership().lag())
                .sum());
        metrics.logDirectoriesFailed.follow(() -> replicas.directories().failed());
        metrics.logDirectoriesShortOfSpace.follow(() -> replicas.directories()
                .working()
                .filter(LogDirectory::isShortOfSpace)
                .count());
        metrics.metadataOffset.follow(() -> metadata.image().offset());
    }

    private static void count(Gauge gauge, Replicas replicas, Predicate<Replica> what) {
        gauge.follow(() -> replicas.all().stream().filter(what).count());
    }
}
