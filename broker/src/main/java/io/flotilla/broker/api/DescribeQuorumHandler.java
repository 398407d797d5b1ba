package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicNames;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.partition.Replica;
import io.flotilla.raft.core.PeerStatus;
import io.flotilla.raft.core.RaftStatus;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeQuorumRequest;
import io.flotilla.wire.message.DescribeQuorumResponse;
import io.flotilla.wire.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * DescribeQuorum (KIP-595, KIP-836): the metadata group as its leader sees it. v1 has times: here the present one for a
 * replica that is in touch, or up to date, now, and -1 otherwise. v2 has directories and listeners. End offsets are as good as
 * the leader's log can tell.
 */
public final class DescribeQuorumHandler implements Handler<DescribeQuorumRequest, DescribeQuorumResponse> {
    private static final long NEVER = -1;

    private final MetadataCache metadata;
    private final Supplier<Replica> replica;
    private final Clock clock;

    /** @param replica this broker's replica of the metadata log */
    public DescribeQuorumHandler(MetadataCache metadata, Supplier<Replica> replica, Clock clock) {
        this.metadata = metadata;
        this.replica = replica;
        this.clock = clock;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_QUORUM;
    }

    @Override
    public boolean onController() {
        return true;
    }

    @Override
    public CompletableFuture<DescribeQuorumResponse> handle(RequestContext context, DescribeQuorumRequest request) {
        Replica log = replica.get();
        if (log == null || !log.isLeading()) {
            return CompletableFuture.failedFuture(
                    new ApiException(ErrorCode.NOT_CONTROLLER, "this broker does not lead the cluster metadata"));
        }
        return CompletableFuture.supplyAsync(() -> describe(request, log), log.loop());
    }

    @Override
    public DescribeQuorumResponse error(
            RequestContext context, DescribeQuorumRequest request, ErrorCode error, String message) {
        return DescribeQuorumResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }

    private DescribeQuorumResponse describe(DescribeQuorumRequest request, Replica log) {
        MetadataImage image = metadata.image();
        List<DescribeQuorumResponse.Topic> topics = new ArrayList<>();
        for (DescribeQuorumRequest.Topic topic : request.topics()) {
            List<DescribeQuorumResponse.Partition> partitions = new ArrayList<>();
            for (DescribeQuorumRequest.Partition partition : topic.partitions()) {
                boolean known =
                        topic.topicName().equals(TopicNames.CLUSTER_METADATA) && partition.partitionIndex() == 0;
                partitions.add(known ? group(log, image) : unknown(partition.partitionIndex()));
            }
            topics.add(new DescribeQuorumResponse.Topic(topic.topicName(), partitions));
        }
        return DescribeQuorumResponse.builder()
                .topics(topics)
                .nodes(image.brokers().values().stream()
                        .map(DescribeQuorumHandler::node)
                        .toList())
                .build();
    }

    private static DescribeQuorumResponse.Partition unknown(int partition) {
        return DescribeQuorumResponse.Partition.builder()
                .partitionIndex(partition)
                .errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                .errorMessage(
                        "Only the cluster metadata is described: " + TopicNames.CLUSTER_METADATA + ", partition 0")
                .build();
    }

    private DescribeQuorumResponse.Partition group(Replica log, MetadataImage image) {
        RaftStatus status = log.group().core().status();
        long now = clock.millis();
        Map<Integer, DescribeQuorumResponse.Replica> voters = new TreeMap<>();
        Map<Integer, DescribeQuorumResponse.Replica> observers = new TreeMap<>();
        if (status.configuration().isVoter(status.nodeId())) {
            voters.put(status.nodeId(), replica(status.nodeId(), log.logEndOffset(), now, now, image));
        }
        for (PeerStatus peer : status.peers()) {
            long end = log.log().offsetAfter(Math.min(peer.matchIndex(), status.lastIndex()));
            long caughtUp = peer.up() && peer.matchIndex() >= status.commitIndex() ? now : NEVER;
            (peer.voter() ? voters : observers)
                    .put(peer.node(), replica(peer.node(), end, peer.up() ? now : NEVER, caughtUp, image));
        }
        return DescribeQuorumResponse.Partition.builder()
                .errorMessage(null)
                .leaderId(status.nodeId())
                .leaderEpoch(status.term())
                .highWatermark(log.highWatermark())
                .currentVoters(List.copyOf(voters.values()))
                .observers(List.copyOf(observers.values()))
                .build();
    }

    private static DescribeQuorumResponse.Replica replica(
            int broker, long endOffset, long fetched, long caughtUp, MetadataImage image) {
        List<UUID> directories = image.directories(broker);
        return DescribeQuorumResponse.Replica.builder()
                .replicaId(broker)
                .replicaDirectoryId(directories.isEmpty() ? Message.ZERO_UUID : directories.get(0))
                .logEndOffset(endOffset)
                .lastFetchTimestamp(fetched)
                .lastCaughtUpTimestamp(caughtUp)
                .build();
    }

    private static DescribeQuorumResponse.Node node(BrokerInfo broker) {
        return new DescribeQuorumResponse.Node(
                broker.id(), List.of(new DescribeQuorumResponse.Listener("PLAINTEXT", broker.host(), broker.port())));
    }
}
