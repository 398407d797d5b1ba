package io.flotilla.bench.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The {@code server.properties} of one broker of three: everything that is not about listeners is the same for all systems. */
final class ServerProperties {
    /** Every Kafka broker of a benchmark is formatted with it. */
    static final String KAFKA_CLUSTER_ID = "4vdjZ43TRJeK81gC_h97ug";

    private ServerProperties() {}

    /**
     * @param ports for clients, of brokers 1, 2 and 3
     * @param otherPorts of Kafka's controllers, or of Flotilla's metrics
     */
    static String of(SystemUnderTest system, int id, List<Integer> ports, List<Integer> otherPorts, Path data) {
        String own = system.isFlotilla() ? flotilla(id, ports, otherPorts) : kafka(id, ports, otherPorts);
        String variant =
                switch (system) {
                    case FLOTILLA, KAFKA -> "";
                    case FLOTILLA_WRITE_CACHING -> "write.caching=true\n";
                    case KAFKA_FSYNC -> "log.flush.interval.messages=1\n";
                };
        return """
                node.id=%d
                log.dirs=%s
                broker.rack=rack%d
                replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector
                default.replication.factor=3
                min.insync.replicas=2
                num.partitions=4
                offsets.topic.replication.factor=3
                group.initial.rebalance.delay.ms=0
                """.formatted(id, data.toString().replace("\\", "\\\\"), id) + own + variant;
    }

    private static String flotilla(int id, List<Integer> ports, List<Integer> metricsPorts) {
        return """
                listeners=PLAINTEXT://127.0.0.1:%d
                metrics.listener=127.0.0.1:%d
                controller.quorum.voters=%s
                """.formatted(ports.get(id - 1), metricsPorts.get(id - 1), voters(ports));
    }

    private static String kafka(int id, List<Integer> ports, List<Integer> controllerPorts) {
        return """
                process.roles=broker,controller
                controller.quorum.voters=%s
                listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
                advertised.listeners=PLAINTEXT://127.0.0.1:%d
                controller.listener.names=CONTROLLER
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
                transaction.state.log.replication.factor=3
                transaction.state.log.min.isr=2
                share.coordinator.state.topic.replication.factor=3
                share.coordinator.state.topic.min.isr=2
                """.formatted(
                        voters(controllerPorts), ports.get(id - 1), controllerPorts.get(id - 1), ports.get(id - 1));
    }

    private static String voters(List<Integer> ports) {
        return IntStream.rangeClosed(1, ports.size())
                .mapToObj(id -> id + "@127.0.0.1:" + ports.get(id - 1))
                .collect(Collectors.joining(","));
    }
}
