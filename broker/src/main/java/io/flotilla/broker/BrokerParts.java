package io.flotilla.broker;

import io.flotilla.broker.api.ControllerClient;
import io.flotilla.broker.api.HandlerTable;
import io.flotilla.broker.api.TransferLeaderHandler;
import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.InternalTopics;
import io.flotilla.broker.cluster.LeaderBalancer;
import io.flotilla.broker.cluster.Leaders;
import io.flotilla.broker.cluster.MetadataFollower;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicCreator;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.config.BalanceProperties;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.CleanerProperties;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.LogProperties;
import io.flotilla.broker.config.StorageProperties;
import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.config.TopicConfigs;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.GroupSettings;
import io.flotilla.broker.machine.MachineHost;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.net.PeerIdentity;
import io.flotilla.broker.net.PeerLinks;
import io.flotilla.broker.net.Peers;
import io.flotilla.broker.partition.Cleaner;
import io.flotilla.broker.partition.ClusterAssignments;
import io.flotilla.broker.partition.LeaderAnnouncer;
import io.flotilla.broker.partition.LogDirectories;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.PeerCopies;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.ReplicaListener;
import io.flotilla.broker.partition.ReplicaMoves;
import io.flotilla.broker.partition.ReplicaOpener;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.broker.partition.RoomQuery;
import io.flotilla.broker.partition.RoomyTransfer;
import io.flotilla.broker.partition.Rules;
import io.flotilla.broker.partition.Scrubber;
import io.flotilla.broker.partition.Shards;
import io.flotilla.broker.partition.SpaceRelief;
import io.flotilla.log.LogId;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a broker is made of, and how the parts know each other. Made once, in one go; the order is the dependencies'. */
final class BrokerParts {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerParts.class);

    /** Largest change of the cluster metadata; users' limits on their records do not apply to it. */
    private static final int METADATA_BATCH_BYTES = 8 << 20;

    private final BrokerConfig config;
    private final Environment environment;
    private final long incarnation;
    private final LogDirectories directories;
    private final EventLoop loop;
    private final PeerLinks peers;
    private final Leaders leaders = new Leaders();
    private final Shards shards;
    private final MetadataFollower metadata;
    private final MachineHost<ClusterController> controllerHost;
    private final ControllerClient controller;
    private final GroupCoordinators groups;
    private final PeerCopies copies;
    private final ClusterAssignments assignments;
    private final Scrubber scrubber;
    private final Cleaner cleaner;
    private final Replicas replicas;
    private final ReplicaMoves moves;
    private final SpaceRelief spaceRelief;
    private final TopicCreator topicCreator;
    private final ClusterView view;
    private final TopicConfigs topicConfigs = new TopicConfigs();
    private final TransferLeaderHandler leaderTransfer;
    private final LeaderBalancer leaderBalancer;
    private final MetadataBirth metadataBirth;
    private final HandlerTable handlers;

    private volatile String clusterId;

    /** @throws IOException when a log directory cannot be used; the message says which and why */
    static BrokerParts open(BrokerConfig config, Environment environment, Metrics metrics, Rules rules)
            throws IOException {
        LogDirectories directories = LogDirectories.open(config.logDirs(), config.nodeId(), environment, rules.log());
        try {
            directories.opened().forEach(directory -> {
                directory.setRecheckMs(config.get(StorageProperties.RECHECK_INTERVAL_MS));
                directory.setRedoBytes(config.get(StorageProperties.REDO_BYTES));
            });
            return new BrokerParts(config, environment, metrics, rules, directories);
        } catch (RuntimeException e) {
            directories.close();
            throw e;
        }
    }

    private BrokerParts(
            BrokerConfig config, Environment environment, Metrics metrics, Rules rules, LogDirectories directories) {
        this.config = config;
        this.environment = environment;
        this.directories = directories;
        this.clusterId = directories.clusterId();
        this.incarnation = environment.random().newGenerator().nextLong();
        ByteBufAllocator allocator = environment.allocator();
        int nodeId = config.nodeId();
        int maxFrameBytes = config.get(BrokerProperties.SOCKET_REQUEST_MAX_BYTES);
        this.peers = new PeerLinks(
                new PeerIdentity(nodeId, incarnation, () -> this.clusterId), environment, maxFrameBytes, metrics);
        LeaderAnnouncer announcer = new LeaderAnnouncer(
                nodeId, leaders, peers, environment.scheduler().loop(0), allocator);
        this.shards = new Shards(
                nodeId,
                incarnation,
                config.get(BrokerProperties.RAFT_HEARTBEAT_MS),
                config.get(BrokerProperties.RAFT_ELECTION_MS),
                environment.scheduler(),
                environment.clock(),
                allocator,
                peers,
                announcer);
        this.loop = shards.loopOf(PartitionId.METADATA);
        this.metadata = new MetadataFollower(loop);
        this.controllerHost = new MachineHost<>(
                "the cluster metadata",
                timers -> new ClusterController(
                        config, shards, environment.random().newGenerator()),
                environment.clock(),
                METADATA_BATCH_BYTES);
        this.controller = new ControllerClient(nodeId, config.voters().keySet(), leaders, peers, loop, this::handlers);
        this.topicCreator = new TopicCreator(controller);
        InternalTopics internalTopics = new InternalTopics(config, metadata, topicCreator);
        this.groups = new GroupCoordinators(
                GroupSettings.of(config),
                environment.clock(),
                environment.random(),
                metadata,
                leaders,
                shards,
                () -> internalTopics.ensure(GroupCoordinators.TOPIC));
        this.copies = new PeerCopies(nodeId, peers, this::knownBrokers, metrics.damageFound, metrics.damageRepaired);
        this.assignments = new ClusterAssignments(
                loop,
                environment.clock(),
                metadata,
                this::metadataReplica,
                controller,
                config.get(BalanceProperties.CONCURRENT_MOVES));
        this.replicas = new Replicas(
                nodeId,
                loop,
                environment.scheduler(),
                environment.clock(),
                directories,
                new ReplicaOpener(
                        new ReplicaOpener.Settings(
                                nodeId,
                                config.get(BrokerProperties.PRODUCER_ID_EXPIRATION_MS),
                                config.get(BrokerProperties.RAFT_LEASE_MS)),
                        shards,
                        environment,
                        allocator,
                        assignments,
                        copies,
                        rules),
                this::topicConfig,
                this::listenersOf);
        this.moves = new ReplicaMoves(replicas, loop, environment.scheduler().blocking(), () -> layers(metadata.image())
                .value(BalanceProperties.ALTER_LOG_DIRS_RATE));
        RoomQuery room = new RoomQuery(peers, config.get(StorageProperties.MIN_FREE_BYTES));
        this.spaceRelief = new SpaceRelief(nodeId, loop, replicas, metadata, room);
        this.view = new ClusterView(
                new BrokerInfo(
                        nodeId,
                        config.advertised().host(),
                        config.advertised().port(),
                        config.get(BrokerProperties.BROKER_RACK)),
                metadata,
                leaders,
                shards);
        this.metadataBirth = new MetadataBirth(config, directories, loop, peers, this::metadataReplica);
        this.leaderTransfer = new TransferLeaderHandler(nodeId, replicas, peers);
        this.leaderBalancer = new LeaderBalancer(
                loop,
                view,
                new RoomyTransfer(nodeId, replicas, metadata, room, leaderTransfer),
                this::leadsMetadata,
                config);
        this.scrubber = new Scrubber(
                loop,
                environment.scheduler().blocking(),
                replicas,
                copies,
                config.get(StorageProperties.SCRUB_INTERVAL_MS),
                config.get(StorageProperties.SCRUB_BYTES_PER_SECOND),
                metrics.scrubbedBytes,
                metrics.replicaDifferences);
        this.cleaner = new Cleaner(
                loop,
                environment.scheduler().blocking(),
                environment.clock(),
                replicas,
                copies,
                new Cleaner.Settings(
                        config.get(CleanerProperties.THREADS),
                        config.get(CleanerProperties.BACKOFF_MS),
                        config.get(CleanerProperties.IO_BYTES_PER_SECOND),
                        config.get(CleanerProperties.DEDUPE_BUFFER_BYTES)),
                metrics);
        this.handlers = new HandlerTable(new Handlers(this).all(), metrics);
        BrokerGauges.follow(metrics, replicas, metadata);
    }

    /** This broker's replica of the metadata log; null until it is open. */
    Replica metadataReplica() {
        return replicas.metadata();
    }

    private boolean leadsMetadata() {
        Replica replica = metadataReplica();
        return replica != null && replica.isLeading();
    }

    /** Takes over what an image says of this broker's own configuration. */
    void configure(MetadataImage image) {
        shards.limitCopying(layers(image).value(BalanceProperties.LEADER_THROTTLED_RATE));
    }

    private Set<Integer> knownBrokers() {
        Set<Integer> known = new TreeSet<>(config.voters().keySet());
        known.addAll(metadata.image().brokers().keySet());
        return known;
    }

    private TopicConfig topicConfig(TopicInfo topic, MetadataImage image) {
        return topicConfigs.of(topic.configs(), layers(image));
    }

    private ConfigLayers layers(MetadataImage image) {
        return new ConfigLayers(image.brokerConfigs(config.nodeId()), image.clusterConfigs(), config.explicit());
    }

    private List<ReplicaListener> listenersOf(LogId log) {
        PartitionId id = new PartitionId(log.topicId(), log.partition());
        if (id.equals(PartitionId.METADATA)) {
            return List.of(metadata, controllerHost);
        }
        return log.topic().equals(GroupCoordinators.TOPIC) ? List.of(groups.replicaOpened(id)) : List.of();
    }

    /** Begins to talk to other brokers. */
    void start() {
        peers.listen(shards);
        shards.start();
        groups.start();
        if (config.get(BalanceProperties.AUTO_LEADER_REBALANCE)) {
            leaderBalancer.start();
        }
        markCommitted();
        scrubber.start();
        if (config.get(CleanerProperties.ENABLE)) {
            cleaner.start();
        }
        spaceRelief.start();
        loop.schedule(this::enforceRetention, config.get(LogProperties.LOG_RETENTION_CHECK_MS));
    }

    private void enforceRetention() {
        replicas.enforceRetention();
        loop.schedule(this::enforceRetention, config.get(LogProperties.LOG_RETENTION_CHECK_MS));
    }

    private void markCommitted() {
        directories.markCommitted();
        long minFree = config.get(StorageProperties.MIN_FREE_BYTES);
        environment.scheduler().blocking().execute(() -> directories.upkeep(minFree));
        loop.schedule(this::markCommitted, 1000);
    }

    /** Opens the replica of the metadata log. On {@link #metadataLoop}. */
    CompletableFuture<Replica> openMetadata() {
        // Whatever the broker's defaults for topics are: what metadata says is never too old.
        SortedMap<String, String> kept = new TreeMap<>(Map.of("cleanup.policy", "compact"));
        TopicConfig metadataConfig = topicConfigs.of(kept, layers(MetadataImage.EMPTY));
        return metadataBirth
                .members()
                .thenComposeAsync(members -> replicas.openMetadata(members, metadataConfig), loop);
    }

    /** The cluster has told its id: the log directories belong to it from now on. */
    void joinCluster(String id) {
        clusterId = id;
        directories
                .working()
                .forEach(directory -> environment.scheduler().blocking().execute(() -> {
                    try {
                        directory.joinCluster(id);
                    } catch (IOException e) {
                        LOG.error("{} cannot note which cluster it belongs to", directory.path(), e);
                    }
                }));
    }

    /** Closes what is left; completes on any thread. */
    CompletableFuture<Void> close() {
        shards.stop();
        peers.close();
        return directories.close();
    }

    BrokerConfig config() {
        return config;
    }

    Environment environment() {
        return environment;
    }

    long incarnation() {
        return incarnation;
    }

    String clusterId() {
        return clusterId;
    }

    LogDirectories directories() {
        return directories;
    }

    EventLoop metadataLoop() {
        return loop;
    }

    Peers peers() {
        return peers;
    }

    PeerLinks peerLinks() {
        return peers;
    }

    Leaders leaders() {
        return leaders;
    }

    ClusterAssignments assignments() {
        return assignments;
    }

    Shards shards() {
        return shards;
    }

    MetadataFollower metadata() {
        return metadata;
    }

    MachineHost<ClusterController> controllerHost() {
        return controllerHost;
    }

    ControllerClient controller() {
        return controller;
    }

    GroupCoordinators groups() {
        return groups;
    }

    Replicas replicas() {
        return replicas;
    }

    ReplicaMoves moves() {
        return moves;
    }

    MetadataBirth metadataBirth() {
        return metadataBirth;
    }

    TransferLeaderHandler leaderTransfer() {
        return leaderTransfer;
    }

    TopicCreator topicCreator() {
        return topicCreator;
    }

    ClusterView view() {
        return view;
    }

    HandlerTable handlers() {
        return handlers;
    }
}
