package io.flotilla.broker.config;

/** The properties that say how replicas and leaderships move between brokers. */
public final class BalanceProperties {
    public static final Property<Boolean> AUTO_LEADER_REBALANCE = Property.bool("auto.leader.rebalance.enable")
            .byDefault("true")
            .doc(
                    "Whether leaderships go back to the preferred replicas by themselves, as after a broker's failure. Never to a"
                            + " replica that has not caught up, or has no room for records.");

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

    public static final Property<Integer> CONCURRENT_MOVES = Property.integer("reassignment.concurrent.partitions")
            .range(1, 10_000)
            .byDefault("10")
            .doc(
                    "Partitions led by this broker that change their replicas at the same time; the others wait. One that waits"
                            + " for a broker that cannot be reached does not count.");

    public static final Property<Long> LEADER_THROTTLED_RATE = Property.longInteger("leader.replication.throttled.rate")
            .range(1, Long.MAX_VALUE)
            .byDefault("9223372036854775807")
            .changeable()
            .doc(
                    "Bytes that this broker, where it leads, sends per second in all to replicas that are being added and copy the"
                            + " log. Its event loops have equal shares. Other replicas are not held back.");

    public static final Property<Long> FOLLOWER_THROTTLED_RATE = Property.longInteger(
                    "follower.replication.throttled.rate")
            .range(1, Long.MAX_VALUE)
            .byDefault("9223372036854775807")
            .changeable()
            .doc("Accepted, without effect: leaders throttle what they send.");

    public static final Property<Long> ALTER_LOG_DIRS_RATE = Property.longInteger(
                    "replica.alter.log.dirs.io.max.bytes.per.second")
            .range(1, Long.MAX_VALUE)
            .byDefault("9223372036854775807")
            .changeable()
            .doc("Most bytes per second that are copied when replicas move between directories of this broker.");

    private BalanceProperties() {}
}
