package io.flotilla.broker.config;

import java.util.Map;

/** Kafka's properties that people will bring along and that mean nothing here, each with what to do instead. */
final class ForeignProperties {
    private static final String ONE_LISTENER = "clients and brokers share the one in `listeners`; remove the line";
    private static final String EVERY_RECORD = "a record is acknowledged once it is on disk on a majority, unless"
            + " `write.caching` says otherwise; remove the line";
    private static final String NO_ISR = "replication is by majority and needs no such tuning; remove the line";

    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("broker.id", "write node.id"),
            Map.entry("broker.id.generation.enable", "write node.id"),
            Map.entry("zookeeper.connect", "there is no ZooKeeper; name the brokers in controller.quorum.voters"),
            Map.entry("controller.quorum.bootstrap.servers", "name the brokers in controller.quorum.voters"),
            Map.entry("controller.listener.names", ONE_LISTENER),
            Map.entry("inter.broker.listener.name", ONE_LISTENER),
            Map.entry("listener.security.protocol.map", ONE_LISTENER),
            Map.entry(
                    "unclean.leader.election.enable",
                    "only a replica with every acknowledged record can lead;" + " remove the line"),
            Map.entry("log.flush.interval.messages", EVERY_RECORD),
            Map.entry("log.flush.interval.ms", EVERY_RECORD),
            Map.entry("log.flush.scheduler.interval.ms", EVERY_RECORD),
            Map.entry("replica.lag.time.max.ms", NO_ISR),
            Map.entry("num.replica.fetchers", NO_ISR),
            Map.entry("replica.fetch.max.bytes", NO_ISR));

    private ForeignProperties() {}

    /** What to do about the property, or null when Kafka has no such property or nothing is known of it. */
    static String advice(String name) {
        return ADVICE.get(name);
    }
}
