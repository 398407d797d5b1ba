package io.flotilla.broker;

import io.flotilla.broker.api.ControllerForwarder;
import io.flotilla.broker.api.Dispatcher;
import io.flotilla.broker.api.HandlerTable;
import io.flotilla.broker.api.RequestLimits;
import io.flotilla.broker.cluster.BrokerRegistrar;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.HostPort;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.Network;
import io.flotilla.broker.metrics.Health;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.metrics.MetricsServer;
import io.flotilla.broker.net.RealEnvironment;
import io.flotilla.broker.partition.LogDirectories;
import io.flotilla.broker.partition.OpeningProgress;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.broker.partition.Rules;
import io.flotilla.wire.message.RegisterBrokerRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker, from start to stop. Starting returns as soon as the broker listens; it is ready, as {@link #health} tells, once it
 * has registered with the cluster and opened its replicas. Methods may be called from any thread but the broker's own loops.
 */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final long LOOK_MS = 20;
    private static final long WATCH_MS = 1_000;
    /** How often to say how far opening the replicas has come. */
    private static final long PROGRESS_NANOS = 1_000_000_000;

    private final BrokerConfig config;
    private final Environment environment;
    private final BrokerParts parts;
    private final Health health;
    private final EventLoop loop;
    private final long startNanos;
    private final Runnable closeEnvironment;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<CompletableFuture<Void>> shutdown = new AtomicReference<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private Network.Listener listener;
    private MetricsServer metricsServer;
    private MetadataImage previous = MetadataImage.EMPTY;
    private boolean registering;
    private boolean registered;
    private boolean settling;
    private boolean current;
    private long progressNanos;
    private boolean stopping;

    private Broker(
            BrokerConfig config, Environment environment, BrokerParts parts, Health health, Runnable closeEnvironment) {
        this.config = config;
        this.environment = environment;
        this.parts = parts;
        this.health = health;
        this.startNanos = environment.clock().nanoTime();
        this.progressNanos = startNanos;
        this.loop = parts.metadataLoop();
        this.closeEnvironment = closeEnvironment;
    }

    /**
     * Starts a broker on this machine's clock, network and disk.
     *
     * @throws StartException when it cannot start; nothing is left running then
     */
    public static Broker start(BrokerConfig config) throws StartException {
        Metrics metrics = new Metrics();
        RealEnvironment real = RealEnvironment.open(config, metrics);
        HostPort metricsAddress = config.get(BrokerProperties.METRICS_LISTENER);
        return start(config, real.environment(), metrics, metricsAddress, Rules.ALL, real::close);
    }

    /**
     * Starts a broker on the given ports of the world. Its metrics are not served: that takes a socket of this machine.
     *
     * @param closeEnvironment called last when the broker stops, and when it cannot start
     */
    public static Broker start(BrokerConfig config, Environment environment, Metrics metrics, Runnable closeEnvironment)
            throws StartException {
        return start(config, environment, metrics, null, Rules.ALL, closeEnvironment);
    }

    /** Starts a broker as the shorter form does, with other rules, which only tests of the checkers have. */
    public static Broker start(
            BrokerConfig config, Environment environment, Metrics metrics, Rules rules, Runnable closeEnvironment)
            throws StartException {
        return start(config, environment, metrics, null, rules, closeEnvironment);
    }

    private static Broker start(
            BrokerConfig config,
            Environment environment,
            Metrics metrics,
            HostPort metricsAddress,
            Rules rules,
            Runnable closeEnvironment)
            throws StartException {
        BrokerParts parts = null;
        Broker broker = null;
        try {
            parts = BrokerParts.open(config, environment, metrics, rules);
            broker = new Broker(config, environment, parts, new Health(), closeEnvironment);
            broker.listen(metrics, metricsAddress);
            broker.join();
            return broker;
        } catch (IOException | RuntimeException e) {
            LOG.debug("Start failed", e);
            if (broker != null) {
                broker.closeListeners();
            }
            if (parts != null) {
                parts.close().join();
            }
            closeEnvironment.run();
            throw new StartException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private void listen(Metrics metrics, HostPort metricsAddress) throws IOException {
        HandlerTable table = parts.handlers();
        ControllerForwarder forwarder =
                new ControllerForwarder(config.nodeId(), parts.leaders(), parts.peers(), environment.clock());
        RequestLimits limits = RequestLimits.of(config.get(BrokerProperties.QUEUED_MAX_REQUEST_BYTES));
        Dispatcher dispatcher = new Dispatcher(table, limits, forwarder, environment.clock(), metrics);
        health.require("metadata", () -> current ? null : "not registered with the cluster yet");
        health.require("replicas", () -> ready.isDone() ? null : "replicas are being opened");
        if (metricsAddress != null) {
            metricsServer = new MetricsServer(
                    new InetSocketAddress(metricsAddress.host(), metricsAddress.port()),
                    environment.scheduler().blocking(),
                    metrics,
                    health);
        }
        HostPort address = config.listener();
        listener = environment
                .network()
                .listen(
                        address.host().isEmpty()
                                ? new InetSocketAddress(address.port())
                                : new InetSocketAddress(address.host(), address.port()),
                        config.get(BrokerProperties.SOCKET_REQUEST_MAX_BYTES),
                        () -> parts.peerLinks().accept(dispatcher::client, dispatcher::peer));
        LOG.info("Broker {} listens on {}", config.nodeId(), listener.address());
    }

    private void join() {
        parts.start();
        parts.peers().setPeers(addresses(MetadataImage.EMPTY));
        loop.schedule(this::watch, WATCH_MS);
        loop.execute(() -> parts.openMetadata().whenComplete((replica, failure) -> {
            if (failure == null) {
                register();
            }
        }));
    }

    private void register() {
        askToRegister().thenAccept(clusterId -> {
            parts.joinCluster(clusterId);
            parts.metadata().subscribe(this::apply);
            registered = true;
        });
    }

    private void watch() {
        if (stopping) {
            return;
        }
        loop.schedule(this::watch, WATCH_MS);
        LogDirectories directories = parts.directories();
        Replica metadata = parts.metadataReplica();
        if (directories.working().findAny().isEmpty()) {
            giveUp(
                    "All log directories have failed. Repair or replace the disks, and restart this broker; what it has lost"
                            + " is fetched from the others");
        } else if (metadata != null && metadata.directory().failure() != null) {
            giveUp("Log directory " + metadata.directory().path()
                    + " has failed, which holds the cluster metadata. Repair"
                    + " or replace the disk, and restart this broker; or take the directory out of log.dirs");
        } else if (registered && !registering && !isRegisteredAsItIs()) {
            askToRegister();
        }
    }

    /**
     * Whether the cluster knows this process and its log directories. A request that an earlier process of this broker made may
     * have arrived late and have undone the registration; a directory may have failed since.
     */
    private boolean isRegisteredAsItIs() {
        MetadataImage image = parts.metadata().image();
        return image.isRegistered(config.nodeId(), parts.incarnation())
                && image.directories(config.nodeId()).equals(parts.directories().workingIds());
    }

    private void giveUp(String why) {
        LOG.error("This broker stops. {}", why);
        stop().thenRunAsync(this::shutdown, environment.scheduler().blocking());
    }

    private CompletableFuture<String> askToRegister() {
        registering = true;
        HostPort advertised = config.advertised();
        RegisterBrokerRequest request = RegisterBrokerRequest.builder()
                .brokerId(config.nodeId())
                .incarnation(parts.incarnation())
                .clusterId(parts.clusterId())
                .host(advertised.host())
                .port(advertised.port())
                .rack(config.get(BrokerProperties.BROKER_RACK))
                .directories(parts.directories().workingIds())
                .build();
        return new BrokerRegistrar(loop, parts.controller(), request).register().whenComplete((clusterId, failure) -> {
            registering = false;
            if (failure != null) {
                giveUp("It is refused by the cluster: " + failure.getMessage());
            }
        });
    }

    /** Carries out a new image, once it is newer than this broker's start: older ones may lack what exists. */
    private void apply(MetadataImage image) {
        if (stopping) {
            return;
        }
        parts.peers().setPeers(addresses(image));
        if (!settling && image.isRegistered(config.nodeId(), parts.incarnation())) {
            settling = true;
            parts.replicas().settle(image).whenComplete((nothing, failure) -> {
                if (failure != null) {
                    giveUp("What is in its log directories cannot be told: " + failure);
                } else if (!stopping) {
                    current = true;
                    apply(parts.metadata().image());
                    parts.moves().resume(parts.metadataReplica().directory());
                }
            });
        }
        if (current) {
            parts.configure(image);
            parts.replicas().apply(image);
            parts.leaders().forgetDeleted(previous, image);
            previous = image;
            checkReady();
        }
    }

    private void checkReady() {
        if (ready.isDone() || stopping) {
            return;
        }
        if (parts.replicas().allOpened()) {
            reportOpening("Broker " + config.nodeId() + " is ready");
            ready.complete(null);
            return;
        }
        if (environment.clock().nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = environment.clock().nanoTime();
            reportOpening("Replicas are being opened");
        }
        loop.schedule(this::checkReady, LOOK_MS);
    }

    private void reportOpening(String what) {
        OpeningProgress opening = parts.replicas().opening();
        LOG.info(
                "{}: {} of {} replicas opened, {} MB of logs checked, {} ms after the start",
                what,
                opening.asked() - opening.waiting(),
                opening.asked(),
                opening.scannedBytes() >> 20,
                (environment.clock().nanoTime() - startNanos) / 1_000_000);
    }

    private SortedMap<Integer, InetSocketAddress> addresses(MetadataImage image) {
        SortedMap<Integer, InetSocketAddress> addresses = new TreeMap<>();
        image.brokers()
                .forEach((id, broker) ->
                        addresses.put(id, InetSocketAddress.createUnresolved(broker.host(), broker.port())));
        // What is configured for brokers alone goes before what they tell clients: those may come from another network.
        config.voters()
                .forEach((id, address) ->
                        addresses.put(id, InetSocketAddress.createUnresolved(address.host(), address.port())));
        return addresses;
    }

    /** The address clients reach this broker at. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** Whether this broker serves, and if not, why. */
    public Health health() {
        return health;
    }

    /** Completes when the broker is ready for the first time. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** Waits until the broker has stopped. */
    public void awaitStopped() throws InterruptedException {
        try {
            stopped.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Stops in good order: hands leadership over, answers what is in flight, closes the logs. Returns when all is done,
     * whoever asked first. Not to be called on a loop.
     */
    public void shutdown() {
        stop().join();
        if (ended.compareAndSet(false, true)) {
            closeEnvironment.run();
            LOG.info("Broker {} has stopped", config.nodeId());
            stopped.complete(null);
        }
        stopped.join();
    }

    /**
     * Begins to stop in good order, unless that was begun. Completes, on any thread, when all is done but the end of the
     * environment, which {@link #shutdown} brings.
     */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        if (!shutdown.compareAndSet(null, closed)) {
            return shutdown.get();
        }
        loop.execute(() -> {
            stopping = true;
            LOG.info("Broker {} stops", config.nodeId());
            handOver(deadline()).thenComposeAsync(nothing -> close(), loop).whenComplete((nothing, failure) -> {
                if (failure != null) {
                    LOG.error("Not everything could be closed in good order", failure);
                }
                parts.close().whenComplete((done, refused) -> closed.complete(null));
            });
        });
        return closed;
    }

    /** The replicas on this broker, to look at. */
    public Replicas replicas() {
        return parts.replicas();
    }

    /** The cluster as this broker knows it. Any thread. */
    public MetadataImage image() {
        return parts.metadata().image();
    }

    private long deadline() {
        return environment.clock().nanoTime()
                + config.get(BrokerProperties.CONTROLLED_SHUTDOWN_TIMEOUT_MS) * 1_000_000L;
    }

    /** Hands over what this broker leads, and gives the others a moment to take it. */
    private CompletableFuture<Void> handOver(long deadlineNanos) {
        if (!config.get(BrokerProperties.CONTROLLED_SHUTDOWN)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        parts.replicas().handOver().thenAccept(going -> watchHandOver(going, deadlineNanos, done));
        return done;
    }

    private void watchHandOver(List<Replica> going, long deadlineNanos, CompletableFuture<Void> done) {
        if (going.stream().noneMatch(Replica::isLeading) || environment.clock().nanoTime() - deadlineNanos >= 0) {
            done.complete(null);
        } else {
            loop.schedule(() -> watchHandOver(going, deadlineNanos, done), LOOK_MS);
        }
    }

    private CompletableFuture<Void> close() {
        closeListeners();
        return parts.replicas().close().thenCompose(nothing -> parts.moves().close());
    }

    private void closeListeners() {
        if (listener != null) {
            listener.close();
        }
        if (metricsServer != null) {
            metricsServer.close();
        }
    }
}
