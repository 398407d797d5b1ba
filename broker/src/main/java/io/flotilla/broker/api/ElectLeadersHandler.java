package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.ClusterView.PartitionView;
import io.flotilla.broker.cluster.LeaderTransfer;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ElectLeadersRequest;
import io.flotilla.wire.message.ElectLeadersResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * ElectLeaders (KIP-460): has preferred leaders take over, by transfer. v0 knows no other type. An unclean election is never
 * made: a partition without leader gets one as soon as a majority of its replicas is there.
 */
public final class ElectLeadersHandler implements Handler<ElectLeadersRequest, ElectLeadersResponse> {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final ClusterView cluster;
    private final LeaderTransfer transfer;

    public ElectLeadersHandler(ClusterView cluster, LeaderTransfer transfer) {
        this.cluster = cluster;
        this.transfer = transfer;
    }

    @Override
    public ApiKey api() {
        return ApiKey.ELECT_LEADERS;
    }

    @Override
    public CompletableFuture<ElectLeadersResponse> handle(RequestContext context, ElectLeadersRequest request) {
        if (request.electionType() != PREFERRED && request.electionType() != UNCLEAN) {
            return CompletableFuture.failedFuture(new ApiException(
                    ErrorCode.INVALID_REQUEST, "Election type " + request.electionType() + " is not known"));
        }
        MetadataImage image = cluster.image();
        boolean all = request.topicPartitions() == null;
        Map<String, SortedSet<Integer>> asked = all ? everything(image) : asked(request);
        Map<String, Map<Integer, CompletableFuture<ErrorCode>>> elections = new LinkedHashMap<>();
        List<CompletableFuture<ErrorCode>> awaited = new ArrayList<>();
        asked.forEach((name, partitions) -> {
            Map<Integer, CompletableFuture<ErrorCode>> ofTopic = new LinkedHashMap<>();
            for (Integer partition : partitions) {
                CompletableFuture<ErrorCode> election = elect(request.electionType(), image.topic(name), partition);
                ofTopic.put(partition, election);
                awaited.add(election);
            }
            elections.put(name, ofTopic);
        });
        return CompletableFuture.allOf(awaited.toArray(CompletableFuture[]::new))
                .thenApply(done -> response(elections, all ? Set.of(ErrorCode.ELECTION_NOT_NEEDED) : Set.of()));
    }

    @Override
    public ElectLeadersResponse error(
            RequestContext context, ElectLeadersRequest request, ErrorCode error, String message) {
        Map<String, Map<Integer, CompletableFuture<ErrorCode>>> failed = new LinkedHashMap<>();
        if (request.topicPartitions() != null) {
            asked(request).forEach((name, partitions) -> {
                Map<Integer, CompletableFuture<ErrorCode>> ofTopic = new LinkedHashMap<>();
                partitions.forEach(partition -> ofTopic.put(partition, CompletableFuture.completedFuture(error)));
                failed.put(name, ofTopic);
            });
        }
        short topLevel = context.apiVersion() == 0 ? ErrorCode.NONE.code() : error.code();
        return ElectLeadersResponse.builder()
                .errorCode(topLevel)
                .replicaElectionResults(response(failed, Set.of()).replicaElectionResults())
                .build();
    }

    private static Map<String, SortedSet<Integer>> asked(ElectLeadersRequest request) {
        Map<String, SortedSet<Integer>> asked = new TreeMap<>();
        request.topicPartitions().forEach(topic -> asked.computeIfAbsent(topic.topic(), name -> new TreeSet<>())
                .addAll(topic.partitions()));
        return asked;
    }

    private static Map<String, SortedSet<Integer>> everything(MetadataImage image) {
        Map<String, SortedSet<Integer>> all = new LinkedHashMap<>();
        for (TopicInfo topic : image.topics()) {
            SortedSet<Integer> partitions = new TreeSet<>();
            for (int i = 0; i < topic.partitions(); i++) {
                partitions.add(i);
            }
            all.put(topic.name(), partitions);
        }
        return all;
    }

    private CompletableFuture<ErrorCode> elect(byte type, TopicInfo topic, int partition) {
        if (topic == null || partition < 0 || partition >= topic.partitions()) {
            return CompletableFuture.completedFuture(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        PartitionView view = cluster.partition(topic, partition);
        int preferred = topic.assignments().get(partition).target().get(0);
        if (type == UNCLEAN) {
            return CompletableFuture.completedFuture(
                    view.hasLeader() ? ErrorCode.ELECTION_NOT_NEEDED : ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        }
        if (view.leader() == preferred) {
            return CompletableFuture.completedFuture(ErrorCode.ELECTION_NOT_NEEDED);
        }
        if (!view.hasLeader() || !cluster.isAlive(preferred)) {
            return CompletableFuture.completedFuture(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
        }
        return transfer.transfer(new PartitionId(topic.id(), partition), view.leader(), preferred);
    }

    /** @param leftOut results that are not worth telling */
    private static ElectLeadersResponse response(
            Map<String, Map<Integer, CompletableFuture<ErrorCode>>> elections, Set<ErrorCode> leftOut) {
        List<ElectLeadersResponse.Topic> topics = new ArrayList<>();
        elections.forEach((name, ofTopic) -> {
            List<ElectLeadersResponse.Partition> results = new ArrayList<>();
            ofTopic.forEach((partition, election) -> {
                ErrorCode error = election.join();
                if (!leftOut.contains(error)) {
                    results.add(new ElectLeadersResponse.Partition(
                            partition, error.code(), error == ErrorCode.NONE ? null : error.message()));
                }
            });
            if (!results.isEmpty()) {
                topics.add(new ElectLeadersResponse.Topic(name, results));
            }
        });
        return ElectLeadersResponse.builder().replicaElectionResults(topics).build();
    }
}
