package io.flotilla.broker.cli.client;

import io.flotilla.broker.config.HostPort;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.FindCoordinatorRequest;
import io.flotilla.wire.message.FindCoordinatorResponse;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.MetadataResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Connections to the brokers of one cluster, and who is asked for what. For one thread. */
public final class KafkaClient implements AutoCloseable {
    private static final long BACKOFF_MS = 100;
    /** A topic that was just made may be unknown to some brokers for a moment, not longer. */
    private static final long UNKNOWN_TOPIC_PATIENCE_MS = 3_000;

    private final List<HostPort> bootstrap;
    private final long timeoutMs;
    private final Map<Integer, HostPort> addresses = new TreeMap<>();
    private final Map<Integer, BrokerConnection> connections = new TreeMap<>();
    private BrokerConnection any;

    private KafkaClient(List<HostPort> bootstrap, long timeoutMs) {
        this.bootstrap = bootstrap;
        this.timeoutMs = timeoutMs;
    }

    /**
     * Connects to the first broker that answers.
     *
     * @param bootstrap comma-separated {@code host:port}
     * @param timeoutMs how long each operation may take, with everything that is tried again
     * @throws ClientException when none answers
     * @throws IllegalArgumentException when an address is malformed
     */
    public static KafkaClient connect(String bootstrap, long timeoutMs) {
        List<HostPort> addresses = new ArrayList<>();
        for (String address : bootstrap.split(",", -1)) {
            addresses.add(HostPort.parse(address.trim()));
        }
        KafkaClient client = new KafkaClient(addresses, timeoutMs);
        try {
            client.anyConnection();
        } catch (ClientException e) {
            throw ClientException.fatal(
                    e.getMessage()
                            + "\nis the cluster running? start one with `flotilla cluster start`, or name another with --bootstrap");
        }
        return client;
    }

    /** How long an operation may take, in milliseconds. */
    int timeoutMs() {
        return (int) timeoutMs;
    }

    /** Repeats an attempt while it fails in a way that may pass, until the time is over. */
    <T> T retrying(Supplier<T> attempt) {
        long start = System.nanoTime();
        while (true) {
            try {
                return attempt.get();
            } catch (ClientException e) {
                boolean unknownTopic =
                        e.error() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || e.error() == ErrorCode.UNKNOWN_TOPIC_ID;
                long patienceMs = unknownTopic ? Math.min(timeoutMs, UNKNOWN_TOPIC_PATIENCE_MS) : timeoutMs;
                if (!e.retriable() || TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) > patienceMs) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BACKOFF_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClientException.fatal("interrupted");
        }
    }

    /** Asks any broker. */
    <R extends ApiMessage> R call(ApiMessage request, Class<R> responseType) {
        return anyConnection().call(request, responseType, timeoutMs());
    }

    /** Asks one broker, which metadata must have named before. */
    <R extends ApiMessage> R call(int brokerId, ApiMessage request, Class<R> responseType, int responseTimeoutMs) {
        return connection(brokerId).call(request, responseType, responseTimeoutMs);
    }

    <R extends ApiMessage> R call(int brokerId, ApiMessage request, Class<R> responseType) {
        return call(brokerId, request, responseType, timeoutMs());
    }

    /** Sends one broker a request that has no answer. */
    void send(int brokerId, ApiMessage request) {
        connection(brokerId).send(request);
    }

    /**
     * The cluster as one broker sees it.
     *
     * @param topics names, or null for all
     * @param create whether topics that are not there may be made
     */
    MetadataResponse metadata(List<String> topics, boolean create) {
        List<MetadataRequest.Topic> asked = topics == null
                ? null
                : topics.stream()
                        .map(name -> MetadataRequest.Topic.builder().name(name).build())
                        .toList();
        MetadataResponse response = call(
                MetadataRequest.builder()
                        .topics(asked)
                        .allowAutoTopicCreation(create)
                        .build(),
                MetadataResponse.class);
        for (MetadataResponse.Broker broker : response.brokers()) {
            addresses.put(broker.nodeId(), new HostPort(broker.host(), broker.port()));
        }
        return response;
    }

    /** One topic, once it exists and each of its partitions has a leader. */
    MetadataResponse.Topic topic(String name, boolean create) {
        return retrying(() -> {
            MetadataResponse.Topic topic =
                    metadata(List.of(name), create).topics().get(0);
            checkTopic(topic.errorCode(), name);
            for (MetadataResponse.Partition partition : topic.partitions()) {
                if (partition.leaderId() < 0) {
                    throw ClientException.of(
                            ErrorCode.LEADER_NOT_AVAILABLE,
                            "looking for topic " + name,
                            "partition " + partition.partitionIndex() + " has no leader at the moment");
                }
            }
            return topic;
        });
    }

    /** Fails when the code that came for a topic says so, with what to do where it is not there. */
    static void checkTopic(short code, String name) {
        boolean unknown = code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
        String detail = unknown ? "there is none; `flotilla topic list` shows those there are" : null;
        ClientException.check(code, "looking for topic " + name, detail);
    }

    /** The broker that coordinates a consumer group. Fails, retriably, while there is none. */
    int coordinator(String group) {
        FindCoordinatorRequest request =
                FindCoordinatorRequest.builder().coordinatorKeys(List.of(group)).build();
        FindCoordinatorResponse.Coordinator found =
                call(request, FindCoordinatorResponse.class).coordinators().get(0);
        ClientException.check(found.errorCode(), "looking for the coordinator of group " + group, found.errorMessage());
        addresses.put(found.nodeId(), new HostPort(found.host(), found.port()));
        return found.nodeId();
    }

    /** Waits until every broker knows of as many brokers as there should be. */
    public void awaitBrokers(int count) {
        retrying(() -> {
            metadata(List.of(), false);
            for (int id : addresses.keySet().toArray(Integer[]::new)) {
                MetadataResponse seen =
                        call(id, MetadataRequest.builder().topics(List.of()).build(), MetadataResponse.class);
                if (seen.brokers().size() < count) {
                    throw ClientException.network(
                            "broker " + id + " knows of " + seen.brokers().size() + " brokers, not " + count);
                }
            }
            if (addresses.size() < count) {
                throw ClientException.network("only " + addresses.size() + " of " + count + " brokers are registered");
            }
            return null;
        });
    }

    private BrokerConnection anyConnection() {
        if (any != null && any.isOpen()) {
            return any;
        }
        List<HostPort> candidates = new ArrayList<>(bootstrap);
        candidates.addAll(addresses.values());
        ClientException last = null;
        for (HostPort address : candidates) {
            try {
                any = BrokerConnection.open(address, timeoutMs());
                return any;
            } catch (ClientException e) {
                last = e;
            }
        }
        throw last;
    }

    private BrokerConnection connection(int brokerId) {
        BrokerConnection connection = connections.get(brokerId);
        if (connection == null || !connection.isOpen()) {
            HostPort address = addresses.get(brokerId);
            if (address == null) {
                throw ClientException.network("broker " + brokerId + " is not known");
            }
            connection = BrokerConnection.open(address, timeoutMs());
            connections.put(brokerId, connection);
        }
        return connection;
    }

    @Override
    public void close() {
        connections.values().forEach(BrokerConnection::close);
        if (any != null) {
            any.close();
        }
    }
}
