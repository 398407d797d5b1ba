package io.flotilla.wire.frame;

import io.flotilla.wire.message.AddRaftVoterRequest;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterReplicaLogDirsRequest;
import io.flotilla.wire.message.Api;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.DeleteGroupsRequest;
import io.flotilla.wire.message.DeleteRecordsRequest;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DescribeClusterRequest;
import io.flotilla.wire.message.DescribeConfigsRequest;
import io.flotilla.wire.message.DescribeGroupsRequest;
import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeProducersRequest;
import io.flotilla.wire.message.DescribeQuorumRequest;
import io.flotilla.wire.message.DescribeReplicasRequest;
import io.flotilla.wire.message.DescribeTopicPartitionsRequest;
import io.flotilla.wire.message.ElectLeadersRequest;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FindCoordinatorRequest;
import io.flotilla.wire.message.ForceReplicaRequest;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.JoinGroupRequest;
import io.flotilla.wire.message.LeaveGroupRequest;
import io.flotilla.wire.message.ListConfigResourcesRequest;
import io.flotilla.wire.message.ListGroupsRequest;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsRequest;
import io.flotilla.wire.message.MalformedMessageException;
import io.flotilla.wire.message.MetadataBegunRequest;
import io.flotilla.wire.message.MetadataRequest;
import io.flotilla.wire.message.OffsetCommitRequest;
import io.flotilla.wire.message.OffsetDeleteRequest;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.OffsetForLeaderEpochRequest;
import io.flotilla.wire.message.PeerFrameRequest;
import io.flotilla.wire.message.PeerHelloRequest;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.ReadCommittedRequest;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RemoveRaftVoterRequest;
import io.flotilla.wire.message.SyncGroupRequest;
import io.flotilla.wire.message.TransferLeaderRequest;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * The APIs this module has definitions for, in the order of their numbers. Which of them a broker offers is for its handlers
 * to say.
 */
public enum ApiKey {
    PRODUCE(ProduceRequest.API),
    FETCH(FetchRequest.API),
    LIST_OFFSETS(ListOffsetsRequest.API),
    METADATA(MetadataRequest.API),
    OFFSET_COMMIT(OffsetCommitRequest.API),
    OFFSET_FETCH(OffsetFetchRequest.API),
    FIND_COORDINATOR(FindCoordinatorRequest.API),
    JOIN_GROUP(JoinGroupRequest.API),
    HEARTBEAT(HeartbeatRequest.API),
    LEAVE_GROUP(LeaveGroupRequest.API),
    SYNC_GROUP(SyncGroupRequest.API),
    DESCRIBE_GROUPS(DescribeGroupsRequest.API),
    LIST_GROUPS(ListGroupsRequest.API),
    API_VERSIONS(ApiVersionsRequest.API),
    CREATE_TOPICS(CreateTopicsRequest.API),
    DELETE_TOPICS(DeleteTopicsRequest.API),
    DELETE_RECORDS(DeleteRecordsRequest.API),
    INIT_PRODUCER_ID(InitProducerIdRequest.API),
    OFFSET_FOR_LEADER_EPOCH(OffsetForLeaderEpochRequest.API),
    DESCRIBE_CONFIGS(DescribeConfigsRequest.API),
    ALTER_CONFIGS(AlterConfigsRequest.API),
    ALTER_REPLICA_LOG_DIRS(AlterReplicaLogDirsRequest.API),
    DESCRIBE_LOG_DIRS(DescribeLogDirsRequest.API),
    CREATE_PARTITIONS(CreatePartitionsRequest.API),
    DELETE_GROUPS(DeleteGroupsRequest.API),
    ELECT_LEADERS(ElectLeadersRequest.API),
    INCREMENTAL_ALTER_CONFIGS(IncrementalAlterConfigsRequest.API),
    ALTER_PARTITION_REASSIGNMENTS(AlterPartitionReassignmentsRequest.API),
    LIST_PARTITION_REASSIGNMENTS(ListPartitionReassignmentsRequest.API),
    OFFSET_DELETE(OffsetDeleteRequest.API),
    DESCRIBE_QUORUM(DescribeQuorumRequest.API),
    DESCRIBE_CLUSTER(DescribeClusterRequest.API),
    DESCRIBE_PRODUCERS(DescribeProducersRequest.API),
    LIST_CONFIG_RESOURCES(ListConfigResourcesRequest.API),
    DESCRIBE_TOPIC_PARTITIONS(DescribeTopicPartitionsRequest.API),
    ADD_RAFT_VOTER(AddRaftVoterRequest.API),
    REMOVE_RAFT_VOTER(RemoveRaftVoterRequest.API),
    PEER_HELLO(PeerHelloRequest.API),
    PEER_FRAME(PeerFrameRequest.API),
    FORWARD(ForwardRequest.API),
    REGISTER_BROKER(RegisterBrokerRequest.API),
    PRODUCER_ID_BLOCK(ProducerIdBlockRequest.API),
    TRANSFER_LEADER(TransferLeaderRequest.API),
    ASSIGNMENT_REACHED(AssignmentReachedRequest.API),
    METADATA_BEGUN(MetadataBegunRequest.API),
    DESCRIBE_REPLICAS(DescribeReplicasRequest.API),
    FORCE_REPLICA(ForceReplicaRequest.API),
    READ_COMMITTED(ReadCommittedRequest.API),
    RANGE_CHECKSUM(RangeChecksumRequest.API);

    /** Numbers from here on are Flotilla's own: spoken between brokers, unknown to Kafka. */
    public static final short LOWEST_PRIVATE = 32_000;

    private static final ApiKey[] ALL = values();

    private final Api api;

    ApiKey(Api api) {
        this.api = api;
    }

    /** The API with a number as sent by a client, if it is known here. */
    public static Optional<ApiKey> of(int number) {
        int low = 0;
        int high = ALL.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int difference = ALL[middle].number() - number;
            if (difference == 0) {
                return Optional.of(ALL[middle]);
            }
            if (difference < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    /** Whether only the brokers of a cluster speak it among themselves; Kafka has no such API. */
    public boolean isPrivate() {
        return number() >= LOWEST_PRIVATE;
    }

    public short number() {
        return api.key();
    }

    /** The API's name as in the protocol's documentation, for example {@code Fetch}. */
    public String title() {
        return api.name();
    }

    public short lowestVersion() {
        return api.lowestVersion();
    }

    public short highestVersion() {
        return api.highestVersion();
    }

    /**
     * The lowest version to name in an ApiVersions response. It is {@link #lowestVersion}, except that Produce claims
     * version 0, which librdkafka looks for before it uses newer ones (KAFKA-18659); such a request is still refused.
     */
    public short lowestAdvertisedVersion() {
        return this == PRODUCE ? 0 : lowestVersion();
    }

    public boolean supports(short version) {
        return version >= lowestVersion() && version <= highestVersion();
    }

    /** The version of the {@code RequestHeader} before a request; also right for versions not known yet. */
    public short requestHeaderVersion(short version) {
        return (short) (isFlexible(version) ? 2 : 1);
    }

    /**
     * The version of the {@code ResponseHeader} before a response. ApiVersions always has version 0: whoever asks does not
     * know yet what the other side can read (KIP-511).
     */
    public short responseHeaderVersion(short version) {
        return (short) (isFlexible(version) && this != API_VERSIONS ? 1 : 0);
    }

    /**
     * Reads a request's body.
     *
     * @throws MalformedMessageException if the bytes are not such a request
     */
    public ApiMessage readRequest(ByteBuf in, short version) {
        return api.requestReader().read(in, version);
    }

    /**
     * Reads a response's body.
     *
     * @throws MalformedMessageException if the bytes are not such a response
     */
    public ApiMessage readResponse(ByteBuf in, short version) {
        return api.responseReader().read(in, version);
    }

    private boolean isFlexible(short version) {
        return version >= api.lowestFlexibleVersion();
    }
}
