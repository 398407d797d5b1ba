package io.flotilla.wire.frame;

/** Every error code of the protocol, as of Kafka 4.3; the messages are ours. */
public enum ErrorCode {
    UNKNOWN_SERVER_ERROR(-1, "something unexpected went wrong in the broker; its log says more"),
    NONE(0, "no error"),
    OFFSET_OUT_OF_RANGE(1, "the partition has no such offset"),
    CORRUPT_MESSAGE(2, true, "the record batch is damaged: checksum, length or contents do not fit"),
    UNKNOWN_TOPIC_OR_PARTITION(3, true, "no such topic or partition here"),
    INVALID_FETCH_SIZE(4, "the fetch size makes no sense"),
    LEADER_NOT_AVAILABLE(5, true, "the partition has no leader at the moment"),
    NOT_LEADER_OR_FOLLOWER(6, true, "this broker does not lead, or does not host, the partition"),
    REQUEST_TIMED_OUT(7, true, "the request took longer than it was given"),
    BROKER_NOT_AVAILABLE(8, "the broker is not available"),
    REPLICA_NOT_AVAILABLE(9, true, "the replica is not available"),
    MESSAGE_TOO_LARGE(10, "the record batch is larger than the topic allows"),
    STALE_CONTROLLER_EPOCH(11, "the request comes from a controller that has been replaced"),
    OFFSET_METADATA_TOO_LARGE(12, "the metadata of the committed offset is too large"),
    NETWORK_EXCEPTION(13, true, "the connection broke before the response arrived"),
    COORDINATOR_LOAD_IN_PROGRESS(14, true, "the coordinator is still loading its state"),
    COORDINATOR_NOT_AVAILABLE(15, true, "there is no coordinator at the moment"),
    NOT_COORDINATOR(16, true, "another broker coordinates this group or transaction"),
    INVALID_TOPIC_EXCEPTION(17, "the topic's name is not valid, or the operation is not allowed on it"),
    RECORD_LIST_TOO_LARGE(18, "the record batch is larger than a segment"),
    NOT_ENOUGH_REPLICAS(19, true, "too few replicas are available to accept records"),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, true, "the records were written, but to fewer replicas than required"),
    INVALID_REQUIRED_ACKS(21, "acks is none of -1, 0 and 1"),
    ILLEGAL_GENERATION(22, "the group has another generation than the request"),
    INCONSISTENT_GROUP_PROTOCOL(23, "the member shares no protocol with the group"),
    INVALID_GROUP_ID(24, "the group id is not valid"),
    UNKNOWN_MEMBER_ID(25, "the group has no such member"),
    INVALID_SESSION_TIMEOUT(26, "the session timeout is outside the broker's limits"),
    REBALANCE_IN_PROGRESS(27, "the group is rebalancing: join it again"),
    INVALID_COMMIT_OFFSET_SIZE(28, "the offset commit is too large to store"),
    TOPIC_AUTHORIZATION_FAILED(29, "not authorized for the topic"),
    GROUP_AUTHORIZATION_FAILED(30, "not authorized for the group"),
    CLUSTER_AUTHORIZATION_FAILED(31, "not authorized for the cluster"),
    INVALID_TIMESTAMP(32, "the record's timestamp is outside the allowed range"),
    UNSUPPORTED_SASL_MECHANISM(33, "the broker does not offer this SASL mechanism"),
    ILLEGAL_SASL_STATE(34, "the request does not fit the state of the authentication"),
    UNSUPPORTED_VERSION(35, "the broker does not support this version of the API"),
    TOPIC_ALREADY_EXISTS(36, "a topic of this name exists"),
    INVALID_PARTITIONS(37, "the number of partitions is not valid"),
    INVALID_REPLICATION_FACTOR(38, "the replication factor is below 1 or above the number of brokers"),
    INVALID_REPLICA_ASSIGNMENT(39, "the replica assignment is not valid"),
    INVALID_CONFIG(40, "the configuration is not valid"),
    NOT_CONTROLLER(41, true, "another broker is the controller"),
    INVALID_REQUEST(42, "the request contradicts itself or the protocol"),
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, "the record format does not support this"),
    POLICY_VIOLATION(44, "the request violates a policy of the cluster"),
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, "the producer's sequence number leaves a gap"),
    DUPLICATE_SEQUENCE_NUMBER(46, "the producer's sequence number was used before"),
    INVALID_PRODUCER_EPOCH(47, "the producer's epoch is older than the current one"),
    INVALID_TXN_STATE(48, "the transaction's state does not allow this"),
    INVALID_PRODUCER_ID_MAPPING(49, "the transactional id belongs to another producer id"),
    INVALID_TRANSACTION_TIMEOUT(50, "the transaction timeout is above the broker's limit"),
    CONCURRENT_TRANSACTIONS(51, true, "another operation on the same transaction is still going on"),
    TRANSACTION_COORDINATOR_FENCED(52, "the marker comes from a transaction coordinator that has been replaced"),
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, "not authorized for the transactional id"),
    SECURITY_DISABLED(54, "the cluster runs without security features"),
    OPERATION_NOT_ATTEMPTED(55, "not attempted, because another part of the request failed"),
    KAFKA_STORAGE_ERROR(56, true, "the broker cannot use the disk that holds the partition"),
    LOG_DIR_NOT_FOUND(57, "the broker has no such log directory"),
    SASL_AUTHENTICATION_FAILED(58, "authentication failed"),
    UNKNOWN_PRODUCER_ID(59, "the partition remembers nothing of this producer"),
    REASSIGNMENT_IN_PROGRESS(60, "the partition's replicas are being moved"),
    DELEGATION_TOKEN_AUTH_DISABLED(61, "delegation tokens are not enabled"),
    DELEGATION_TOKEN_NOT_FOUND(62, "no such delegation token"),
    DELEGATION_TOKEN_OWNER_MISMATCH(63, "the delegation token belongs to somebody else"),
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(64, "delegation tokens cannot be requested on such a connection"),
    DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, "not authorized for the delegation token"),
    DELEGATION_TOKEN_EXPIRED(66, "the delegation token has expired"),
    INVALID_PRINCIPAL_TYPE(67, "the type of principal is not supported"),
    NON_EMPTY_GROUP(68, "the group still has members"),
    GROUP_ID_NOT_FOUND(69, "no such group"),
    FETCH_SESSION_ID_NOT_FOUND(70, true, "no such fetch session"),
    INVALID_FETCH_SESSION_EPOCH(71, true, "the fetch session expects another epoch"),
    LISTENER_NOT_FOUND(72, true, "the leader has no listener of the name this request came in on"),
    TOPIC_DELETION_DISABLED(73, "deleting topics is disabled"),
    FENCED_LEADER_EPOCH(74, true, "the request's leader epoch is older than the partition's"),
    UNKNOWN_LEADER_EPOCH(75, true, "the request's leader epoch is newer than the partition's"),
    UNSUPPORTED_COMPRESSION_TYPE(76, "the client cannot read the partition's compression"),
    STALE_BROKER_EPOCH(77, "the broker has registered anew since"),
    OFFSET_NOT_AVAILABLE(78, true, "the new leader cannot vouch for its offsets yet"),
    MEMBER_ID_REQUIRED(79, "join again with the member id of this response"),
    PREFERRED_LEADER_NOT_AVAILABLE(80, true, "the preferred leader is not available"),
    GROUP_MAX_SIZE_REACHED(81, "the group is full"),
    FENCED_INSTANCE_ID(82, "another member has taken over the group instance id"),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, true, "no replica that could lead is available"),
    ELECTION_NOT_NEEDED(84, true, "the partition's leader is already the right one"),
    NO_REASSIGNMENT_IN_PROGRESS(85, "the partition's replicas are not being moved"),
    GROUP_SUBSCRIBED_TO_TOPIC(86, "the group still consumes the topic"),
    INVALID_RECORD(87, "the broker refuses a record for what it says"),
    UNSTABLE_OFFSET_COMMIT(88, true, "a transaction still decides on some of the offsets"),
    THROTTLING_QUOTA_EXCEEDED(89, true, "the quota for this kind of request is used up"),
    PRODUCER_FENCED(90, "a newer producer has taken over the transactional id"),
    RESOURCE_NOT_FOUND(91, "no such resource"),
    DUPLICATE_RESOURCE(92, "the request names a resource twice"),
    UNACCEPTABLE_CREDENTIAL(93, "the credential is not acceptable"),
    INCONSISTENT_VOTER_SET(94, "one side of the request is not a voter"),
    INVALID_UPDATE_VERSION(95, "the version to update to is not valid"),
    FEATURE_UPDATE_FAILED(96, "the features could not be updated"),
    PRINCIPAL_DESERIALIZATION_FAILURE(97, "the principal of a forwarded request cannot be read"),
    SNAPSHOT_NOT_FOUND(98, "no such snapshot"),
    POSITION_OUT_OF_RANGE(99, "the snapshot has no such position"),
    UNKNOWN_TOPIC_ID(100, true, "no topic with this id here"),
    DUPLICATE_BROKER_REGISTRATION(101, "another live broker uses this broker id"),
    BROKER_ID_NOT_REGISTERED(102, "no broker with this id is registered"),
    INCONSISTENT_TOPIC_ID(103, true, "the partition on disk belongs to another topic id"),
    INCONSISTENT_CLUSTER_ID(104, "the request was meant for another cluster"),
    TRANSACTIONAL_ID_NOT_FOUND(105, "no such transactional id"),
    FETCH_SESSION_TOPIC_ID_ERROR(106, true, "the fetch session mixes topic names and topic ids"),
    INELIGIBLE_REPLICA(107, "a replica of the new set is not eligible"),
    NEW_LEADER_ELECTED(108, "the change was made, and the partition has a new leader"),
    OFFSET_MOVED_TO_TIERED_STORAGE(109, "the offset has moved to tiered storage"),
    FENCED_MEMBER_EPOCH(110, "the member was fenced: give up its partitions and join again"),
    UNRELEASED_INSTANCE_ID(111, "another member still holds the group instance id"),
    UNSUPPORTED_ASSIGNOR(112, "the group does not support this assignor"),
    STALE_MEMBER_EPOCH(113, "the member's epoch is out of date: retry after its next heartbeat"),
    MISMATCHED_ENDPOINT_TYPE(114, "the request went to the wrong kind of endpoint"),
    UNSUPPORTED_ENDPOINT_TYPE(115, "this kind of endpoint is not supported"),
    UNKNOWN_CONTROLLER_ID(116, "no such controller"),
    UNKNOWN_SUBSCRIPTION_ID(117, "the telemetry subscription is unknown or out of date"),
    TELEMETRY_TOO_LARGE(118, "the telemetry push is larger than the broker accepts"),
    INVALID_REGISTRATION(119, "the broker's registration is not valid"),
    TRANSACTION_ABORTABLE(120, "the transaction failed: abort it and go on"),
    INVALID_RECORD_STATE(121, "the record cannot be acknowledged in its state"),
    SHARE_SESSION_NOT_FOUND(122, true, "no such share session"),
    INVALID_SHARE_SESSION_EPOCH(123, true, "the share session expects another epoch"),
    FENCED_STATE_EPOCH(124, "the share group's state has another epoch"),
    INVALID_VOTER_KEY(125, "the voter key is not this replica's"),
    DUPLICATE_VOTER(126, "the replica is a voter already"),
    VOTER_NOT_FOUND(127, "no such voter"),
    INVALID_REGULAR_EXPRESSION(128, "the regular expression is not valid"),
    REBOOTSTRAP_REQUIRED(129, "the client's metadata is out of date: bootstrap again"),
    STREAMS_INVALID_TOPOLOGY(130, "the streams topology is not valid"),
    STREAMS_INVALID_TOPOLOGY_EPOCH(131, "the epoch of the streams topology is not valid"),
    STREAMS_TOPOLOGY_FENCED(132, "the epoch of the streams topology is out of date"),
    SHARE_SESSION_LIMIT_REACHED(133, true, "there are as many share sessions as allowed");

    private static final ErrorCode[] BY_CODE = byCode();

    private final short code;
    private final boolean retriable;
    private final String message;

    ErrorCode(int code, String message) {
        this(code, false, message);
    }

    ErrorCode(int code, boolean retriable, String message) {
        this.code = (short) code;
        this.retriable = retriable;
        this.message = message;
    }

    /** The error for a code from the wire; {@link #UNKNOWN_SERVER_ERROR} for one not known here, as clients do. */
    public static ErrorCode of(short code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN_SERVER_ERROR;
    }

    /** The number on the wire. */
    public short code() {
        return code;
    }

    /** Whether the same request may succeed later: clients retry these by themselves. */
    public boolean isRetriable() {
        return retriable;
    }

    /** What happened, for people, where there is nothing more precise to say. */
    public String message() {
        return message;
    }

    /** All codes but -1, which are consecutive from 0. */
    private static ErrorCode[] byCode() {
        ErrorCode[] table = new ErrorCode[values().length - 1];
        for (ErrorCode error : values()) {
            if (error != UNKNOWN_SERVER_ERROR) {
                table[error.code] = error;
            }
        }
        return table;
    }
}
