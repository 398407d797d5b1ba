package io.flotilla.broker.config;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every property of a broker: the one table behind parsing, checking, DescribeConfigs and {@code docs/configuration.md}.
 * Names and defaults are Kafka's where Kafka has the property; where a default differs, the meaning says why.
 */
public final class BrokerProperties {
    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;

    // Identity and addresses

    public static final Property<Integer> NODE_ID = Property.integer("node.id")
            .range(0, INT_MAX)
            .mustBeSet()
            .doc("This broker's number, unique in the cluster and never reused for another data directory.");

    public static final Property<List<String>> PROCESS_ROLES = Property.parsed(
                    "process.roles", ValueType.LIST, "broker,controller", Parsers::roles)
            .byDefault("broker,controller")
            .doc("Accepted, without effect: every Flotilla process is both.");

    public static final Property<SortedMap<Integer, HostPort>> VOTERS = Property.parsed(
                    "controller.quorum.voters", ValueType.LIST, "id@host:port,...", Parsers::voters)
            .doc(
                    "The brokers that vote on the cluster's metadata when the cluster starts for the first time, with the addresses"
                            + " brokers reach them at; the same on every broker. Later the voters change at run time, and what the"
                            + " metadata says counts. A broker not among them joins the cluster and follows the metadata. Unset: this"
                            + " broker is a cluster of its own.");

    public static final Property<HostPort> LISTENERS = Property.parsed(
                    "listeners", ValueType.LIST, "PLAINTEXT://host:port", Parsers::listener)
            .byDefault("PLAINTEXT://127.0.0.1:9092")
            .doc("Where this broker accepts clients and other brokers. Loopback by default, because there is no"
                    + " authentication yet; an empty host means all interfaces.");

    public static final Property<HostPort> ADVERTISED_LISTENERS = Property.parsed(
                    "advertised.listeners", ValueType.LIST, "PLAINTEXT://host:port", Parsers::listener)
            .doc("The address clients are told to connect to. Unset: the one in `listeners`.");

    public static final Property<HostPort> METRICS_LISTENER = Property.parsed(
                    "metrics.listener", ValueType.STRING, "host:port", HostPort::parse)
            .byDefault("127.0.0.1:9644")
            .doc("Where metrics (`/metrics`) and health (`/health/live`, `/health/ready`) are served over HTTP.");

    public static final Property<String> BROKER_RACK = Property.text("broker.rack")
            .doc(
                    "The rack, zone or data centre of this broker. Replicas of a partition are spread over racks, and consumers"
                            + " that set `client.rack` read from the replica in theirs.");

    /** Kafka's class that {@link #REPLICA_SELECTOR} names. */
    public static final String RACK_AWARE_SELECTOR = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    /** The word for no such class: consumers read from leaders. */
    public static final String LEADER_SELECTOR = "org.apache.kafka.common.replica.LeaderSelector";

    public static final Property<String> REPLICA_SELECTOR = Property.oneOf(
                    "replica.selector.class", RACK_AWARE_SELECTOR, LEADER_SELECTOR)
            .byDefault(RACK_AWARE_SELECTOR)
            .doc("Which replica consumers are told to read from: with the first the one in the consumer's rack that has"
                    + " most of the log, with the second always the leader. The names are those of KIP-392; no class"
                    + " is loaded. Without a value Kafka means the leader.");

    // Data directories and threads

    public static final Property<String> LOG_DIR = Property.text("log.dir")
            .byDefault("data/broker")
            .doc("The directory for all data, used while `log.dirs` is unset. Relative to the working directory.");

    public static final Property<List<String>> LOG_DIRS = Property.parsed(
                    "log.dirs", ValueType.LIST, "a comma-separated list of directories", Parsers::directories)
            .doc(
                    "The directories for all data. A new replica goes where most bytes are free; one that fails takes only its"
                            + " own replicas with it. AlterReplicaLogDirs moves replicas between them, and a restart forgets no"
                            + " move.");

    public static final Property<Integer> NUM_NETWORK_THREADS = Property.integer("num.network.threads")
            .range(0, 256)
            .byDefault("0")
            .doc("Event loops; each owns its share of connections and partitions. 0: one for each two processors.");

    public static final Property<Integer> NUM_IO_THREADS = Property.integer("num.io.threads")
            .range(1, 256)
            .byDefault("16")
            .doc("Threads for work that waits for a disk, such as fdatasync and reads of old data. Disks sync several"
                    + " files at once, so more than Kafka's 8.");

    public static final Property<Integer> NUM_RECOVERY_THREADS = Property.integer("num.recovery.threads.per.data.dir")
            .range(1, 256)
            .byDefault("2")
            .doc("Accepted, without effect: partitions are opened by the threads of `num.io.threads`.");

    // Topics

    public static final Property<Boolean> AUTO_CREATE_TOPICS = Property.bool("auto.create.topics.enable")
            .byDefault("true")
            .doc("Whether a topic is created when a client first asks for it and allows it.");

    public static final Property<Boolean> DELETE_TOPICS =
            Property.bool("delete.topic.enable").byDefault("true").doc("Whether topics can be deleted.");

    public static final Property<Integer> NUM_PARTITIONS = Property.integer("num.partitions")
            .range(1, 10_000)
            .byDefault("1")
            .doc("Partitions of a topic whose creator does not say.");

    public static final Property<Integer> DEFAULT_REPLICATION_FACTOR = Property.integer("default.replication.factor")
            .range(1, 15)
            .byDefault("1")
            .doc("Replicas of each partition of a topic whose creator does not say. Odd numbers make sense: the"
                    + " partition serves while a majority is alive.");

    public static final Property<Integer> MIN_INSYNC_REPLICAS = Property.integer("min.insync.replicas")
            .range(1, 15)
            .byDefault("1")
            .changeable()
            .doc("Accepted, without effect: an acknowledged record is always on a majority of the replicas.");

    public static final Property<Integer> MAX_PARTITIONS = Property.integer("cluster.max.partitions")
            .range(1, 1_000_000)
            .byDefault("20000")
            .doc("Partitions that the cluster will hold in all; creating more is refused.");

    public static final Property<Integer> MAX_DESCRIBED_PARTITIONS = Property.integer(
                    "max.request.partition.size.limit")
            .range(1, INT_MAX)
            .byDefault("2000")
            .doc("Partitions in one answer to DescribeTopicPartitions.");

    // Limits on requests and connections

    public static final Property<Integer> MESSAGE_MAX_BYTES = Property.integer("message.max.bytes")
            .range(0, INT_MAX)
            .byDefault("1048588")
            .changeable()
            .doc("Largest record batch accepted, as it comes (compressed), in bytes.");

    public static final Property<Integer> SOCKET_REQUEST_MAX_BYTES = Property.integer("socket.request.max.bytes")
            .range(1_024, INT_MAX)
            .byDefault("104857600")
            .doc("Largest request accepted, in bytes; a connection that sends a larger one is closed.");

    public static final Property<Long> QUEUED_MAX_REQUEST_BYTES = Property.longInteger("queued.max.request.bytes")
            .range(1, LONG_MAX)
            .byDefault("268435456")
            .doc("Bytes of requests being worked on, over all connections; while above it, nothing more is read."
                    + " Kafka's default is no limit.");

    public static final Property<Integer> FETCH_MAX_BYTES = Property.integer("fetch.max.bytes")
            .range(1_024, INT_MAX)
            .byDefault("57671680")
            .doc("Largest answer to a fetch, in bytes, whatever the consumer asks; one batch is sent in any case.");

    public static final Property<Integer> FETCH_SESSION_SLOTS = Property.integer(
                    "max.incremental.fetch.session.cache.slots")
            .range(0, INT_MAX)
            .byDefault("1000")
            .doc("Incremental fetch sessions kept; a consumer without one asks for all its partitions each time.");

    public static final Property<Integer> MAX_CONNECTIONS = Property.integer("max.connections")
            .range(1, INT_MAX)
            .byDefault("10000")
            .doc("Client connections open at once; past it, new ones are closed. Kafka's default is no limit.");

    public static final Property<Long> CONNECTIONS_MAX_IDLE_MS = Property.longInteger("connections.max.idle.ms")
            .range(1, LONG_MAX)
            .byDefault("600000")
            .doc("A client connection without a request for this long is closed, in milliseconds.");

    public static final Property<Integer> SOCKET_SEND_BUFFER = Property.integer("socket.send.buffer.bytes")
            .range(-1, INT_MAX)
            .byDefault("-1")
            .doc("What the system may hold of an answer until it is sent, for each client connection. -1: the system"
                    + " chooses, and lets it grow with what the connection carries, where Kafka's default is 102400.");

    public static final Property<Integer> SOCKET_RECEIVE_BUFFER = Property.integer("socket.receive.buffer.bytes")
            .range(-1, INT_MAX)
            .byDefault("-1")
            .doc("What the system may hold of requests until they are read, for each client connection. -1 as above.");

    // Consumer groups and producers

    public static final Property<Integer> OFFSETS_PARTITIONS = Property.integer("offsets.topic.num.partitions")
            .range(1, 1_000)
            .byDefault("50")
            .doc("Partitions of `__consumer_offsets`. Counts when the topic is created and must not change after.");

    public static final Property<Integer> OFFSETS_REPLICATION_FACTOR = Property.integer(
                    "offsets.topic.replication.factor")
            .range(1, 15)
            .byDefault("3")
            .doc("Replicas of each partition of `__consumer_offsets`. While nobody sets it, at most the number of"
                    + " brokers.");

    public static final Property<Integer> OFFSETS_SEGMENT_BYTES = Property.integer("offsets.topic.segment.bytes")
            .range(16_384, Integer.MAX_VALUE)
            .byDefault("104857600")
            .doc(
                    "`segment.bytes` of `__consumer_offsets`. Counts when the topic is created. Only closed segments are compacted.");

    public static final Property<Integer> OFFSETS_RETENTION_MINUTES = Property.integer("offsets.retention.minutes")
            .range(1, INT_MAX)
            .byDefault("10080")
            .doc("Offsets of a group without members are forgotten after this, in minutes.");

    public static final Property<Long> OFFSETS_RETENTION_CHECK_MS = Property.longInteger(
                    "offsets.retention.check.interval.ms")
            .range(1, LONG_MAX)
            .byDefault("600000")
            .doc("How often groups are looked at for offsets to forget, in milliseconds.");

    public static final Property<Integer> OFFSET_METADATA_MAX_BYTES = Property.integer("offset.metadata.max.bytes")
            .range(0, INT_MAX)
            .byDefault("4096")
            .doc("Longest text that may go with a committed offset, in bytes.");

    public static final Property<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = Property.integer(
                    "group.min.session.timeout.ms")
            .range(1, INT_MAX)
            .byDefault("6000")
            .doc("Shortest session timeout a group member may ask for, in milliseconds.");

    public static final Property<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = Property.integer(
                    "group.max.session.timeout.ms")
            .range(1, INT_MAX)
            .byDefault("1800000")
            .doc("Longest session timeout a group member may ask for, in milliseconds.");

    public static final Property<Integer> GROUP_MAX_SIZE = Property.integer("group.max.size")
            .range(1, INT_MAX)
            .byDefault("10000")
            .doc("Members of one group; more are refused. Kafka's default is no limit.");

    public static final Property<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = Property.integer(
                    "group.initial.rebalance.delay.ms")
            .range(0, INT_MAX)
            .byDefault("3000")
            .doc("How long the first rebalance of an empty group waits for more members, in milliseconds.");

    public static final Property<Integer> PRODUCER_ID_EXPIRATION_MS = Property.integer("producer.id.expiration.ms")
            .range(1, INT_MAX)
            .byDefault("86400000")
            .changeable()
            .doc("A partition forgets a producer that wrote nothing for this long, in milliseconds.");

    // Raft and shutdown

    public static final Property<Integer> RAFT_HEARTBEAT_MS = Property.integer("raft.heartbeat.interval.ms")
            .range(1, 60_000)
            .byDefault("100")
            .doc("Time between heartbeats from a broker to each other one, in milliseconds.");

    public static final Property<Integer> RAFT_ELECTION_MS = Property.integer("raft.election.timeout.ms")
            .range(10, 600_000)
            .byDefault("1500")
            .doc(
                    "A broker that acknowledges no heartbeat for this long counts as dead, and the partitions it led elect"
                            + " another leader, in milliseconds. A process that has ended is noticed at once. A"
                            + " broker that was only slow is given up to eight times as long, until it has been calm for some minutes.");

    public static final Property<Integer> RAFT_LEASE_MS = Property.integer("raft.lease.ms")
            .range(0, 60_000)
            .byDefault("0")
            .doc(
                    "How long brokers that have confirmed a partition's leader elect no other, in milliseconds, so that it may"
                            + " answer reads (offsets, groups, linearizable fetches) without asking them each time. Safe while no"
                            + " broker's clock runs more than 10 % slower than another's. A leader that dies is replaced only when"
                            + " its lease is over, so 0, no leases, is the default. The same on all brokers.");

    public static final Property<Boolean> CONTROLLED_SHUTDOWN = Property.bool("controlled.shutdown.enable")
            .byDefault("true")
            .doc("Whether a broker hands its leaderships over before it stops.");

    public static final Property<Integer> CONTROLLED_SHUTDOWN_TIMEOUT_MS = Property.integer(
                    "controlled.shutdown.timeout.ms")
            .range(0, 3_600_000)
            .byDefault("5000")
            .doc("A broker that stops waits at most this long for others to take over, in milliseconds.");

    /** All properties under the headings of the documentation, in its order. */
    public static final List<Section> SECTIONS = List.of(
            new Section(
                    "Identity and addresses",
                    List.of(
                            NODE_ID,
                            PROCESS_ROLES,
                            VOTERS,
                            LISTENERS,
                            ADVERTISED_LISTENERS,
                            METRICS_LISTENER,
                            BROKER_RACK,
                            REPLICA_SELECTOR)),
            new Section(
                    "Data directories and threads",
                    List.of(LOG_DIRS, LOG_DIR, NUM_NETWORK_THREADS, NUM_IO_THREADS, NUM_RECOVERY_THREADS)),
            new Section(
                    "Topics",
                    List.of(
                            AUTO_CREATE_TOPICS,
                            DELETE_TOPICS,
                            NUM_PARTITIONS,
                            DEFAULT_REPLICATION_FACTOR,
                            MIN_INSYNC_REPLICAS,
                            MAX_PARTITIONS,
                            MAX_DESCRIBED_PARTITIONS)),
            new Section(
                    "Segments, retention and durability",
                    List.of(
                            LogProperties.LOG_SEGMENT_BYTES,
                            LogProperties.LOG_ROLL_MS,
                            LogProperties.LOG_ROLL_HOURS,
                            LogProperties.LOG_ROLL_JITTER_MS,
                            LogProperties.LOG_ROLL_JITTER_HOURS,
                            LogProperties.LOG_INDEX_INTERVAL_BYTES,
                            LogProperties.LOG_DELETE_DELAY_MS,
                            LogProperties.COMPRESSION_TYPE,
                            LogProperties.LOG_MESSAGE_TIMESTAMP_TYPE,
                            LogProperties.LOG_TIMESTAMP_BEFORE_MAX_MS,
                            LogProperties.LOG_TIMESTAMP_AFTER_MAX_MS,
                            LogProperties.LOG_CLEANUP_POLICY,
                            LogProperties.LOG_RETENTION_BYTES,
                            LogProperties.LOG_RETENTION_MS,
                            LogProperties.LOG_RETENTION_MINUTES,
                            LogProperties.LOG_RETENTION_HOURS,
                            LogProperties.LOG_RETENTION_CHECK_MS,
                            LogProperties.WRITE_CACHING)),
            new Section(
                    "Limits on requests and connections",
                    List.of(
                            MESSAGE_MAX_BYTES,
                            SOCKET_REQUEST_MAX_BYTES,
                            QUEUED_MAX_REQUEST_BYTES,
                            FETCH_MAX_BYTES,
                            FETCH_SESSION_SLOTS,
                            MAX_CONNECTIONS,
                            CONNECTIONS_MAX_IDLE_MS,
                            SOCKET_SEND_BUFFER,
                            SOCKET_RECEIVE_BUFFER)),
            new Section(
                    "Consumer groups and producers",
                    List.of(
                            OFFSETS_PARTITIONS,
                            OFFSETS_REPLICATION_FACTOR,
                            OFFSETS_SEGMENT_BYTES,
                            OFFSETS_RETENTION_MINUTES,
                            OFFSETS_RETENTION_CHECK_MS,
                            OFFSET_METADATA_MAX_BYTES,
                            GROUP_MIN_SESSION_TIMEOUT_MS,
                            GROUP_MAX_SESSION_TIMEOUT_MS,
                            GROUP_MAX_SIZE,
                            GROUP_INITIAL_REBALANCE_DELAY_MS,
                            PRODUCER_ID_EXPIRATION_MS)),
            new Section(
                    "Balance",
                    List.of(
                            BalanceProperties.AUTO_LEADER_REBALANCE,
                            BalanceProperties.LEADER_IMBALANCE_CHECK_SECONDS,
                            BalanceProperties.LEADER_IMBALANCE_PERCENTAGE,
                            BalanceProperties.LEADER_CONCURRENT_TRANSFERS,
                            BalanceProperties.CONCURRENT_MOVES,
                            BalanceProperties.LEADER_THROTTLED_RATE,
                            BalanceProperties.FOLLOWER_THROTTLED_RATE,
                            BalanceProperties.ALTER_LOG_DIRS_RATE)),
            new Section(
                    "Care of stored records",
                    List.of(
                            StorageProperties.SCRUB_INTERVAL_MS,
                            StorageProperties.SCRUB_BYTES_PER_SECOND,
                            StorageProperties.RECHECK_INTERVAL_MS,
                            StorageProperties.REDO_BYTES,
                            StorageProperties.MIN_FREE_BYTES)),
            new Section(
                    "Compaction",
                    List.of(
                            CleanerProperties.ENABLE,
                            CleanerProperties.THREADS,
                            CleanerProperties.BACKOFF_MS,
                            CleanerProperties.IO_BYTES_PER_SECOND,
                            CleanerProperties.DEDUPE_BUFFER_BYTES,
                            CleanerProperties.MIN_CLEANABLE_RATIO,
                            CleanerProperties.MIN_COMPACTION_LAG_MS,
                            CleanerProperties.MAX_COMPACTION_LAG_MS,
                            CleanerProperties.DELETE_RETENTION_MS)),
            new Section(
                    "Raft and shutdown",
                    List.of(
                            RAFT_HEARTBEAT_MS,
                            RAFT_ELECTION_MS,
                            RAFT_LEASE_MS,
                            CONTROLLED_SHUTDOWN,
                            CONTROLLED_SHUTDOWN_TIMEOUT_MS)));

    private static final SortedMap<String, Property<?>> BY_NAME = byName();

    private BrokerProperties() {}

    /** A heading and the properties under it. */
    public record Section(String title, List<Property<?>> properties) {}

    /** All properties by name, in the order of their names. */
    public static SortedMap<String, Property<?>> all() {
        return BY_NAME;
    }

    private static SortedMap<String, Property<?>> byName() {
        SortedMap<String, Property<?>> byName = new TreeMap<>();
        for (Section section : SECTIONS) {
            for (Property<?> property : section.properties()) {
                byName.put(property.name(), property);
            }
        }
        return Collections.unmodifiableSortedMap(byName);
    }
}
