package io.flotilla.broker.config;

/** The properties that say how replicas and leaderships move between brokers. */
public final class BalanceProperties {
    public static final Property<Boolean> AUTO_LEADER_REBALANCE = Property.bool("auto.leader.rebalance.enable")
            .byDefault("true")
            .doc(
                    "Whether leaderships go back to the preferred replicas by themselves, as after a broker's failure. Never to a"
                            + " replica that has not caught up.");

    public static final Property<Integer> LEADER_IMBALANCE_CHECK_SECONDS = Property.integer(
                    "leader.imbalance.check.interval.seconds")
            .range(1, 1_000_000)
            .byDefault("300")
            .doc("How often the leaderships are looked at for such moves, in seconds.");

    public static final Property<Integer> LEADER_IMBALANCE_PERCENTAGE = Property.integer(
                    "leader.imbalance.per.broker.percentage")
            .range(0, 100)
            .byDefault("10")
            .doc(
                    "Leaderships are moved to a broker that lacks more than this share of those it is preferred for, in percent.");

    public static final Property<Integer> LEADER_CONCURRENT_TRANSFERS = Property.integer(
                    "leader.rebalance.concurrent.transfers")
            .range(1, 1_000)
            .byDefault("5")
            .doc("Leaderships moved at the same time, in the whole cluster. Kafka moves all at once.");

    private BalanceProperties() {}
}
