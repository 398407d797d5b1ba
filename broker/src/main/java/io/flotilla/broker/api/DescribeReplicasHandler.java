package io.flotilla.broker.api;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.Membership;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.broker.partition.Shards;
import io.flotilla.log.PartitionLog;
import io.flotilla.raft.core.PeerStatus;
import io.flotilla.raft.core.RaftStatus;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeReplicasRequest;
import io.flotilla.wire.message.DescribeReplicasResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * DescribeReplicas (32020), for Flotilla's own commands: what this broker knows of its replicas, whether they lead, follow or
 * have stopped. Asks nobody else, so it answers whatever the state of the cluster is.
 */
public final class DescribeReplicasHandler implements Handler<DescribeReplicasRequest, DescribeReplicasResponse> {
    /** The partition is not known to this broker. */
    public static final byte UNKNOWN = 0;

    /** The partition is known, and has no replica here. */
    public static final byte NONE = 1;

    /** The replica takes part in its group. */
    public static final byte OPEN = 2;

    /** The replica has stopped. */
    public static final byte STOPPED = 3;

    /** The replica is not open: its files are damaged, or are still being read. */
    public static final byte NOT_OPENED = 4;

    private static final String METADATA_TOPIC = "__cluster_metadata";

    private final int nodeId;
    private final MetadataCache metadata;
    private final Replicas replicas;
    private final Shards shards;

    public DescribeReplicasHandler(int nodeId, MetadataCache metadata, Replicas replicas, Shards shards) {
        this.nodeId = nodeId;
        this.metadata = metadata;
        this.replicas = replicas;
        this.shards = shards;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_REPLICAS;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public boolean forCommands() {
        return true;
    }

    /** A partition that is asked about; all but its name and number may be null. */
    private record Asked(String topic, int partition, PartitionId id, Assignment assignment) {}

    @Override
    public CompletableFuture<DescribeReplicasResponse> handle(RequestContext context, DescribeReplicasRequest request) {
        MetadataImage image = metadata.image();
        List<Asked> asked = request.topics() == null ? all(image) : asked(request, image);
        return PartitionCalls.gather(asked, this::describe)
                .thenCombine(shards.silences(), (described, silences) -> DescribeReplicasResponse.builder()
                        .brokerId(nodeId)
                        .metadataOffset(image.offset())
                        .peers(peers(image, silences))
                        .replicas(described)
                        .build());
    }

    @Override
    public DescribeReplicasResponse error(
            RequestContext context, DescribeReplicasRequest request, ErrorCode error, String message) {
        return DescribeReplicasResponse.builder()
                .errorCode(error.code())
                .brokerId(nodeId)
                .build();
    }

    /** Every replica this broker is to have. */
    private List<Asked> all(MetadataImage image) {
        List<Asked> all = new ArrayList<>();
        all.add(new Asked(METADATA_TOPIC, 0, PartitionId.METADATA, null));
        for (TopicInfo topic : image.topics()) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                if (topic.assignments().get(partition).isHostedBy(nodeId)) {
                    all.add(asked(topic, partition));
                }
            }
        }
        return all;
    }

    private static List<Asked> asked(DescribeReplicasRequest request, MetadataImage image) {
        List<Asked> asked = new ArrayList<>();
        for (DescribeReplicasRequest.Topic wanted : request.topics()) {
            TopicInfo topic = image.topic(wanted.name());
            for (int partition : wanted.partitions()) {
                if (wanted.name().equals(METADATA_TOPIC) && partition == 0) {
                    asked.add(new Asked(METADATA_TOPIC, 0, PartitionId.METADATA, null));
                } else if (topic != null && partition >= 0 && partition < topic.partitions()) {
                    asked.add(asked(topic, partition));
                } else {
                    asked.add(new Asked(wanted.name(), partition, null, null));
                }
            }
        }
        return asked;
    }

    private static Asked asked(TopicInfo topic, int partition) {
        return new Asked(
                topic.name(),
                partition,
                new PartitionId(topic.id(), partition),
                topic.assignments().get(partition));
    }

    private List<DescribeReplicasResponse.Peer> peers(MetadataImage image, SortedMap<Integer, Long> silences) {
        image.brokers().keySet().forEach(broker -> silences.putIfAbsent(broker, -1L));
        silences.remove(nodeId);
        List<DescribeReplicasResponse.Peer> peers = new ArrayList<>();
        silences.forEach((broker, silentMs) ->
                peers.add(new DescribeReplicasResponse.Peer(broker, shards.isAlive(broker), silentMs)));
        return peers;
    }

    private CompletableFuture<DescribeReplicasResponse.Replica> describe(Asked asked) {
        DescribeReplicasResponse.Replica.Builder answer = DescribeReplicasResponse.Replica.builder()
                .topic(asked.topic())
                .partition(asked.partition())
                .state(UNKNOWN);
        if (asked.id() == null) {
            return CompletableFuture.completedFuture(answer.build());
        }
        answer.topicId(asked.id().topicId());
        Assignment assignment = asked.assignment();
        if (assignment != null) {
            answer.assigned(assignment.replicas()).adding(assignment.adding()).removing(assignment.removing());
        }
        Replica replica = replicas.get(asked.id());
        if (replica != null) {
            return PartitionCalls.ask(replica, () -> CompletableFuture.completedFuture(describe(answer, replica)));
        }
        String damage = replicas.damaged().get(asked.id());
        boolean wanted = assignment == null || assignment.isHostedBy(nodeId);
        return CompletableFuture.completedFuture(
                answer.state(wanted ? NOT_OPENED : NONE).problem(damage).build());
    }

    private static DescribeReplicasResponse.Replica describe(
            DescribeReplicasResponse.Replica.Builder answer, Replica replica) {
        RaftStatus status = replica.group().core().status();
        PartitionLog log = replica.log();
        return answer.state(replica.isFailed() ? STOPPED : OPEN)
                .problem(replica.failure())
                .step(step(replica.membership()))
                .role((byte) status.role().ordinal())
                .term(status.term())
                .votedFor(status.votedFor())
                .leaderId(status.leaderId())
                .leading(replica.isLeading())
                .forgetful(replica.group().core().isForgetful())
                .firstIndex(status.firstIndex())
                .commitIndex(status.commitIndex())
                .syncedIndex(status.durableIndex())
                .lastIndex(status.lastIndex())
                .lastTerm(status.lastTerm())
                .logStartOffset(replica.logStartOffset())
                .highWatermark(replica.highWatermark())
                .lastStableOffset(replica.highWatermark())
                .logEndOffset(log.logEndOffset())
                .voters(ids(status.configuration().voters()))
                .learners(ids(status.configuration().learners()))
                .outgoing(ids(status.configuration().outgoing()))
                .transferTarget(status.transferTarget())
                .followers(status.peers().stream()
                        .map(DescribeReplicasHandler::follower)
                        .toList())
                .build();
    }

    /** What a change of the members waits for, in words; null when none is under way. */
    private static String step(Membership membership) {
        if (!membership.isPending()) {
            return null;
        }
        String step = membership.step().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return membership.waitingFor().isEmpty() ? step : step + ", which waits for " + membership.waitingFor();
    }

    private static DescribeReplicasResponse.Follower follower(PeerStatus peer) {
        return new DescribeReplicasResponse.Follower(
                peer.node(),
                peer.up(),
                (byte) peer.state().ordinal(),
                peer.matchIndex(),
                peer.nextIndex(),
                peer.inflightBytes());
    }

    private static List<Integer> ids(NodeSet nodes) {
        List<Integer> ids = new ArrayList<>();
        nodes.forEach(ids::add);
        return ids;
    }
}
