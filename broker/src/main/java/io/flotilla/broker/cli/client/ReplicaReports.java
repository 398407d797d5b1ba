package io.flotilla.broker.cli.client;

import io.flotilla.broker.config.HostPort;
import io.flotilla.wire.message.DescribeClusterRequest;
import io.flotilla.wire.message.DescribeClusterResponse;
import io.flotilla.wire.message.DescribeReplicasRequest;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.ForceReplicaRequest;
import io.flotilla.wire.message.ForceReplicaResponse;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What every broker of the cluster, dead ones included, has to say about replicas. */
public final class ReplicaReports {
    /** A broker that takes longer than this to answer is as good as down. */
    private static final int ANSWER_TIMEOUT_MS = 5_000;

    private final KafkaClient client;

    public ReplicaReports(KafkaClient client) {
        this.client = client;
    }

    /** What became of asking one broker. */
    public sealed interface Report {
        /** It answered. */
        record Answered(DescribeReplicasResponse response) implements Report {}

        /** It did not, or not in a way that is understood. */
        record Unreachable(String why) implements Report {}
    }

    /** Asks all brokers about one partition. */
    public SortedMap<Integer, Report> ask(String topic, int partition) {
        return ask(List.of(new DescribeReplicasRequest.Topic(topic, List.of(partition))));
    }

    /** Asks all brokers about all replicas they have. */
    public SortedMap<Integer, Report> askAll() {
        return ask((List<DescribeReplicasRequest.Topic>) null);
    }

    private SortedMap<Integer, Report> ask(List<DescribeReplicasRequest.Topic> topics) {
        DescribeReplicasRequest request = new DescribeReplicasRequest(topics);
        SortedMap<Integer, Report> reports = new TreeMap<>();
        brokers().forEach((id, address) -> reports.put(id, ask(address, request)));
        return reports;
    }

    /** The address of every registered broker, alive or not. */
    public SortedMap<Integer, HostPort> brokers() {
        DescribeClusterRequest request = DescribeClusterRequest.builder()
                .endpointType((byte) 1)
                .includeFencedBrokers(true)
                .build();
        DescribeClusterResponse response = client.call(request, DescribeClusterResponse.class);
        ClientException.check(response.errorCode(), "asking for the brokers", response.errorMessage());
        SortedMap<Integer, HostPort> brokers = new TreeMap<>();
        response.brokers()
                .forEach(broker -> brokers.put(broker.brokerId(), new HostPort(broker.host(), broker.port())));
        return brokers;
    }

    /**
     * Makes a broker's replica the only voter of its group, unsafely.
     *
     * @param seen the replica as it was when somebody decided this; refused if it has changed since
     * @return the term in which it leads now, and the end of what it serves
     */
    public ForceReplicaResponse force(int broker, DescribeReplicasResponse.Replica seen) {
        ForceReplicaRequest request = ForceReplicaRequest.builder()
                .topicId(seen.topicId())
                .partition(seen.partition())
                .term(seen.term())
                .lastIndex(seen.lastIndex())
                .build();
        HostPort address = brokers().get(broker);
        if (address == null) {
            throw ClientException.network("broker " + broker + " is not known");
        }
        try (BrokerConnection connection = BrokerConnection.open(address, client.timeoutMs())) {
            ForceReplicaResponse response = connection.call(request, ForceReplicaResponse.class, client.timeoutMs());
            ClientException.check(
                    response.errorCode(),
                    "recovering %s-%d on broker %d".formatted(seen.topic(), seen.partition(), broker),
                    response.errorMessage());
            return response;
        }
    }

    private static Report ask(HostPort address, DescribeReplicasRequest request) {
        try (BrokerConnection connection = BrokerConnection.open(address, ANSWER_TIMEOUT_MS)) {
            DescribeReplicasResponse response =
                    connection.call(request, DescribeReplicasResponse.class, ANSWER_TIMEOUT_MS);
            ClientException.check(response.errorCode(), "asking " + address, null);
            return new Report.Answered(response);
        } catch (ClientException e) {
            return new Report.Unreachable(e.getMessage());
        }
    }
}
