package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.group.TestCoordinators;
import io.flotilla.broker.machine.PromptFuture;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.DeleteGroupsRequest;
import io.flotilla.wire.message.DeleteGroupsResponse;
import io.flotilla.wire.message.DescribeGroupsRequest;
import io.flotilla.wire.message.DescribeGroupsResponse;
import io.flotilla.wire.message.FindCoordinatorRequest;
import io.flotilla.wire.message.FindCoordinatorResponse;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import io.flotilla.wire.message.JoinGroupRequest;
import io.flotilla.wire.message.JoinGroupResponse;
import io.flotilla.wire.message.LeaveGroupRequest;
import io.flotilla.wire.message.LeaveGroupResponse;
import io.flotilla.wire.message.ListGroupsRequest;
import io.flotilla.wire.message.ListGroupsResponse;
import io.flotilla.wire.message.OffsetCommitRequest;
import io.flotilla.wire.message.OffsetCommitResponse;
import io.flotilla.wire.message.OffsetDeleteRequest;
import io.flotilla.wire.message.OffsetDeleteResponse;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.OffsetFetchResponse;
import io.flotilla.wire.message.SyncGroupRequest;
import io.flotilla.wire.message.SyncGroupResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every group API in every version, through the bytes of both request and response. */
class GroupHandlersTest {
    private static final UUID UNKNOWN_ID = new UUID(5, 5);

    private final TestCoordinators bed = new TestCoordinators();
    private final TopicInfo topic;

    GroupHandlersTest() {
        bed.leadTopic(4);
        topic = bed.metadata.addTopic("t", 2);
    }

    static Stream<Arguments> versions() {
        return Stream.of(
                        ApiKey.JOIN_GROUP,
                        ApiKey.SYNC_GROUP,
                        ApiKey.HEARTBEAT,
                        ApiKey.LEAVE_GROUP,
                        ApiKey.OFFSET_COMMIT,
                        ApiKey.OFFSET_FETCH,
                        ApiKey.OFFSET_DELETE,
                        ApiKey.LIST_GROUPS,
                        ApiKey.DESCRIBE_GROUPS,
                        ApiKey.DELETE_GROUPS,
                        ApiKey.FIND_COORDINATOR)
                .flatMap(api -> versions(api).map(version -> Arguments.of(api, version)));
    }

    private static Stream<Short> versions(ApiKey api) {
        return Stream.iterate(
                api.lowestVersion(), version -> version <= api.highestVersion(), version -> (short) (version + 1));
    }

    static Stream<Short> joinVersions() {
        return versions(ApiKey.JOIN_GROUP);
    }

    static Stream<Short> commitVersions() {
        return versions(ApiKey.OFFSET_COMMIT);
    }

    static Stream<Short> fetchVersions() {
        return versions(ApiKey.OFFSET_FETCH);
    }

    static Stream<Short> leaveVersions() {
        return versions(ApiKey.LEAVE_GROUP);
    }

    static Stream<Short> findVersions() {
        return versions(ApiKey.FIND_COORDINATOR);
    }

    private Handler<?, ?> handler(ApiKey api) {
        return switch (api) {
            case JOIN_GROUP -> new JoinGroupHandler(bed.groups);
            case SYNC_GROUP -> new SyncGroupHandler(bed.groups);
            case HEARTBEAT -> new HeartbeatHandler(bed.groups);
            case LEAVE_GROUP -> new LeaveGroupHandler(bed.groups);
            case OFFSET_COMMIT -> new OffsetCommitHandler(bed.groups, bed.metadata);
            case OFFSET_FETCH -> new OffsetFetchHandler(bed.groups, bed.metadata);
            case OFFSET_DELETE -> new OffsetDeleteHandler(bed.groups, bed.metadata);
            case LIST_GROUPS -> new ListGroupsHandler(bed.groups);
            case DESCRIBE_GROUPS -> new DescribeGroupsHandler(bed.groups);
            case DELETE_GROUPS -> new DeleteGroupsHandler(bed.groups);
            case FIND_COORDINATOR -> new FindCoordinatorHandler(bed.groups);
            default -> throw new IllegalArgumentException("no group API: " + api);
        };
    }

    private CompletableFuture<ApiMessage> send(ApiKey api, int version, ApiMessage request) {
        short v = (short) version;
        RequestContext context = new RequestContext(bed.loop, v, "me", "127.0.0.1", 1, false);
        @SuppressWarnings("unchecked")
        Handler<ApiMessage, ApiMessage> handler = (Handler<ApiMessage, ApiMessage>) handler(api);
        ApiMessage received = api.readRequest(bytes(request, v), v);
        CompletableFuture<ApiMessage> response = PromptFuture.of(handler.handle(context, received)
                .exceptionally(thrown -> {
                    ApiException known = (ApiException) Route.cause(thrown);
                    return handler.error(context, received, known.error(), known.getMessage());
                })
                .thenApply(answer -> api.readResponse(bytes(answer, v), v)));
        bed.loop.run();
        return response;
    }

    @SuppressWarnings("unchecked")
    private <R extends ApiMessage> R ask(ApiKey api, int version, ApiMessage request) {
        CompletableFuture<ApiMessage> response = send(api, version, request);
        return (R) response.join();
    }

    private static ByteBuf bytes(ApiMessage message, short version) {
        ByteBuf out = Unpooled.buffer(message.size(version));
        message.write(out, version);
        return out;
    }

    private JoinGroupRequest.Builder join(String memberId) {
        return JoinGroupRequest.builder()
                .groupId("g")
                .sessionTimeoutMs(10_000)
                .memberId(memberId)
                .protocolType("consumer")
                .protocols(List.of(new JoinGroupRequest.Protocol("range", new byte[] {1})));
    }

    /** Joins a group of one and gives it an assignment. */
    private JoinGroupResponse member(int version) {
        String id = "";
        if (version >= 4) {
            JoinGroupResponse sentBack = ask(ApiKey.JOIN_GROUP, version, join("").build());
            assertThat(sentBack.errorCode()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED.code());
            id = sentBack.memberId();
        }
        CompletableFuture<ApiMessage> pending = send(ApiKey.JOIN_GROUP, version, join(id).build());
        bed.loop.advance(1);
        JoinGroupResponse joined = (JoinGroupResponse) pending.join();
        assertThat(joined.errorCode()).isZero();
        SyncGroupResponse synced = ask(
                ApiKey.SYNC_GROUP,
                0,
                SyncGroupRequest.builder()
                        .groupId("g")
                        .generationId(joined.generationId())
                        .memberId(joined.memberId())
                        .assignments(List.of(new SyncGroupRequest.Assignment(joined.memberId(), new byte[] {9})))
                        .build());
        assertThat(synced.assignment()).containsExactly(9);
        return joined;
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anErrorCanBeSaidInEveryVersion(ApiKey api, short version) {
        bed.partitions.forEach(partition -> partition.resign());
        assertThat(send(api, version, request(api, version))).isCompleted();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aGroupThatDoesNotExistIsNoFailureInAnyVersion(ApiKey api, short version) {
        CompletableFuture<ApiMessage> response = send(api, version, request(api, version));
        bed.loop.advance(1);
        assertThat(response).isCompleted();
    }

    private ApiMessage request(ApiKey api, short version) {
        return switch (api) {
            case JOIN_GROUP -> join("").build();
            case SYNC_GROUP -> SyncGroupRequest.builder().groupId("g").build();
            case HEARTBEAT -> HeartbeatRequest.builder().groupId("g").build();
            case LEAVE_GROUP ->
                version < 3
                        ? LeaveGroupRequest.builder().groupId("g").memberId("m").build()
                        : LeaveGroupRequest.builder()
                                .groupId("g")
                                .members(List.of(LeaveGroupRequest.Member.builder()
                                        .memberId("m")
                                        .groupInstanceId("i")
                                        .build()))
                                .build();
            case OFFSET_COMMIT -> commit(topic.name(), topic.id(), -1, "");
            case OFFSET_FETCH -> fetch(version, topic.name(), topic.id());
            case OFFSET_DELETE ->
                OffsetDeleteRequest.builder()
                        .groupId("g")
                        .topics(List.of(
                                new OffsetDeleteRequest.Topic("t", List.of(new OffsetDeleteRequest.Partition(0)))))
                        .build();
            case LIST_GROUPS -> ListGroupsRequest.builder().build();
            case DESCRIBE_GROUPS ->
                DescribeGroupsRequest.builder().groups(List.of("g")).build();
            case DELETE_GROUPS ->
                DeleteGroupsRequest.builder().groupsNames(List.of("g")).build();
            case FIND_COORDINATOR -> find(version, (byte) 0);
            default -> throw new IllegalArgumentException("no group API: " + api);
        };
    }

    private static OffsetCommitRequest commit(String name, UUID id, int generation, String memberId) {
        return OffsetCommitRequest.builder()
                .groupId("g")
                .generationIdOrMemberEpoch(generation)
                .memberId(memberId)
                .topics(List.of(OffsetCommitRequest.Topic.builder()
                        .name(name)
                        .topicId(id)
                        .partitions(List.of(OffsetCommitRequest.Partition.builder()
                                .partitionIndex(1)
                                .committedOffset(42)
                                .committedMetadata("note")
                                .build()))
                        .build()))
                .build();
    }

    private static OffsetFetchRequest fetch(int version, String name, UUID id) {
        if (version < 8) {
            return OffsetFetchRequest.builder()
                    .groupId("g")
                    .topics(List.of(new OffsetFetchRequest.Topic(name, List.of(0, 1))))
                    .build();
        }
        return OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequest.Group.builder()
                        .groupId("g")
                        .topics(List.of(new OffsetFetchRequest.GroupTopic(name, id, List.of(0, 1))))
                        .build()))
                .build();
    }

    private static FindCoordinatorRequest find(int version, byte type) {
        FindCoordinatorRequest.Builder find = FindCoordinatorRequest.builder().keyType(type);
        return (version < 4 ? find.key("g") : find.coordinatorKeys(List.of("g", "h"))).build();
    }

    @ParameterizedTest
    @MethodSource("joinVersions")
    void aMemberJoinsSyncsBeatsAndLeavesInEveryVersion(short version) {
        JoinGroupResponse joined = member(version);
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        assertThat(joined.members()).hasSize(1);
        assertThat(joined.protocolName()).isEqualTo("range");
        assertThat(joined.protocolType()).isEqualTo(version >= 7 ? "consumer" : null);
        HeartbeatResponse beat = ask(
                ApiKey.HEARTBEAT,
                Math.min(version, 4),
                HeartbeatRequest.builder()
                        .groupId("g")
                        .generationId(1)
                        .memberId(joined.memberId())
                        .build());
        assertThat(beat.errorCode()).isZero();
    }

    @Test
    void aStaticLeaderIsToldToSkipTheAssignmentOnlyWhereItsVersionCan() {
        JoinGroupRequest request = join("").groupInstanceId("i").build();
        CompletableFuture<ApiMessage> pending = send(ApiKey.JOIN_GROUP, 9, request);
        bed.loop.advance(1);
        JoinGroupResponse joined = (JoinGroupResponse) pending.join();
        ask(
                ApiKey.SYNC_GROUP,
                5,
                SyncGroupRequest.builder()
                        .groupId("g")
                        .generationId(1)
                        .memberId(joined.memberId())
                        .groupInstanceId("i")
                        .protocolType("consumer")
                        .protocolName("range")
                        .build());
        JoinGroupResponse eight = ask(ApiKey.JOIN_GROUP, 8, request);
        assertThat(eight.leader()).isEqualTo(joined.memberId());
        JoinGroupResponse nine = ask(ApiKey.JOIN_GROUP, 9, request);
        assertThat(nine.skipAssignment()).isTrue();
        assertThat(nine.leader()).isEqualTo(nine.memberId());
    }

    @ParameterizedTest
    @MethodSource("leaveVersions")
    void leavingTellsTheErrorWhereTheVersionHasIt(short version) {
        LeaveGroupResponse stranger = ask(ApiKey.LEAVE_GROUP, version, request(ApiKey.LEAVE_GROUP, version));
        short unknown = ErrorCode.UNKNOWN_MEMBER_ID.code();
        if (version < 3) {
            assertThat(stranger.errorCode()).isEqualTo(unknown);
        } else {
            assertThat(stranger.errorCode()).isZero();
            assertThat(stranger.members()).containsExactly(new LeaveGroupResponse.Member("m", "i", unknown));
        }
    }

    @ParameterizedTest
    @MethodSource("commitVersions")
    void committedOffsetsAreFoundAndOthersAreNot(short version) {
        OffsetCommitResponse committed = ask(ApiKey.OFFSET_COMMIT, version, commit(topic.name(), topic.id(), -1, ""));
        assertThat(committed.topics().get(0).partitions().get(0).errorCode()).isZero();
        OffsetCommitResponse unknown = ask(ApiKey.OFFSET_COMMIT, version, commit("none", UNKNOWN_ID, -1, ""));
        assertThat(unknown.topics().get(0).partitions().get(0).errorCode())
                .isEqualTo((version >= 10 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION).code());
        OffsetFetchResponse found = ask(ApiKey.OFFSET_FETCH, 10, fetch(10, topic.name(), topic.id()));
        List<OffsetFetchResponse.GroupPartition> partitions =
                found.groups().get(0).topics().get(0).partitions();
        assertThat(partitions)
                .extracting(OffsetFetchResponse.GroupPartition::committedOffset)
                .containsExactly(-1L, 42L);
        assertThat(partitions.get(1).metadata()).isEqualTo("note");
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void offsetsAreFetchedInTheShapeOfEveryVersion(short version) {
        ask(ApiKey.OFFSET_COMMIT, 10, commit(topic.name(), topic.id(), -1, ""));
        OffsetFetchResponse response = ask(ApiKey.OFFSET_FETCH, version, fetch(version, topic.name(), topic.id()));
        if (version < 8) {
            assertThat(response.topics().get(0).partitions())
                    .extracting(OffsetFetchResponse.Partition::committedOffset)
                    .containsExactly(-1L, 42L);
        } else {
            OffsetFetchResponse.GroupTopic found =
                    response.groups().get(0).topics().get(0);
            assertThat(version < 10 ? found.name() : found.topicId()).isEqualTo(version < 10 ? "t" : topic.id());
            assertThat(found.partitions())
                    .extracting(OffsetFetchResponse.GroupPartition::committedOffset)
                    .containsExactly(-1L, 42L);
        }
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void allOffsetsAreFetchedWithoutNamingTopics(short version) {
        if (version < 2) {
            return; // v1 cannot ask
        }
        ask(ApiKey.OFFSET_COMMIT, 10, commit(topic.name(), topic.id(), -1, ""));
        OffsetFetchRequest.Builder all = OffsetFetchRequest.builder();
        if (version < 8) {
            all.groupId("g").topics(null);
        } else {
            all.groups(List.of(
                    OffsetFetchRequest.Group.builder().groupId("g").topics(null).build()));
        }
        OffsetFetchResponse response = ask(ApiKey.OFFSET_FETCH, version, all.build());
        long offset = version < 8
                ? response.topics().get(0).partitions().get(0).committedOffset()
                : response.groups().get(0).topics().get(0).partitions().get(0).committedOffset();
        assertThat(offset).isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void aFetchThatCannotBeAnsweredSaysSoWhereTheVersionHasRoom(short version) {
        bed.partitions.forEach(partition -> partition.resign());
        OffsetFetchResponse response = ask(ApiKey.OFFSET_FETCH, version, fetch(version, topic.name(), topic.id()));
        short error = version < 2
                ? response.topics().get(0).partitions().get(0).errorCode()
                : version < 8 ? response.errorCode() : response.groups().get(0).errorCode();
        assertThat(error).isEqualTo(ErrorCode.NOT_COORDINATOR.code());
    }

    @Test
    void anUnknownTopicIdIsSaidPerPartition() {
        OffsetFetchResponse response = ask(ApiKey.OFFSET_FETCH, 10, fetch(10, "", UNKNOWN_ID));
        assertThat(response.groups().get(0).topics().get(0).partitions())
                .extracting(OffsetFetchResponse.GroupPartition::errorCode)
                .containsOnly(ErrorCode.UNKNOWN_TOPIC_ID.code());
    }

    @ParameterizedTest
    @MethodSource("findVersions")
    void aCoordinatorIsFoundInEveryVersion(short version) {
        FindCoordinatorResponse found = ask(ApiKey.FIND_COORDINATOR, version, find(version, (byte) 0));
        if (version < 4) {
            assertThat(found.nodeId()).isEqualTo(1);
            assertThat(found.host()).isEqualTo("broker-1");
            assertThat(found.port()).isEqualTo(9001);
        } else {
            assertThat(found.coordinators())
                    .extracting(FindCoordinatorResponse.Coordinator::nodeId)
                    .containsExactly(1, 1);
        }
    }

    @Test
    void transactionsAreRefusedForGoodWithAReason() {
        FindCoordinatorResponse refused = ask(ApiKey.FIND_COORDINATOR, 6, find(6, (byte) 1));
        FindCoordinatorResponse.Coordinator first = refused.coordinators().get(0);
        assertThat(ErrorCode.of(first.errorCode()).isRetriable()).isFalse();
        assertThat(first.errorMessage()).contains("transactions").contains("not supported");
    }

    @Test
    void groupsAreListedByStateAndType() {
        member(9);
        ask(ApiKey.OFFSET_COMMIT, 10, commit(topic.name(), topic.id(), 1, "nobody"));
        assertThat(list(List.of(), List.of())).hasSize(1);
        assertThat(list(List.of("stable"), List.of("CLASSIC")))
                .containsExactly(new ListGroupsResponse.Group("g", "consumer", "Stable", "classic"));
        assertThat(list(List.of("Empty"), List.of())).isEmpty();
        assertThat(list(List.of(), List.of("consumer"))).isEmpty();
    }

    private List<ListGroupsResponse.Group> list(List<String> states, List<String> types) {
        ListGroupsResponse response = ask(ApiKey.LIST_GROUPS, 5, new ListGroupsRequest(states, types));
        return response.groups();
    }

    @Test
    void aGroupIsDescribedAndAMissingOneIsDeadOrNotFound() {
        JoinGroupResponse member = member(9);
        DescribeGroupsRequest request = DescribeGroupsRequest.builder()
                .groups(List.of("g", "none"))
                .includeAuthorizedOperations(true)
                .build();
        for (int version : new int[] {5, 6}) {
            DescribeGroupsResponse response = ask(ApiKey.DESCRIBE_GROUPS, version, request);
            DescribeGroupsResponse.Group group = response.groups().get(0);
            assertThat(group.groupState()).isEqualTo("Stable");
            assertThat(group.protocolData()).isEqualTo("range");
            assertThat(group.members().get(0).memberId()).isEqualTo(member.memberId());
            assertThat(group.members().get(0).clientId()).isEqualTo("me");
            assertThat(group.members().get(0).memberAssignment()).containsExactly(9);
            assertThat(group.authorizedOperations()).isEqualTo(3400);
            DescribeGroupsResponse.Group none = response.groups().get(1);
            assertThat(none.groupState()).isEqualTo("Dead");
            assertThat(none.errorCode()).isEqualTo(version < 6 ? 0 : ErrorCode.GROUP_ID_NOT_FOUND.code());
        }
    }

    @Test
    void groupsAreDeletedOneByOne() {
        member(9);
        DeleteGroupsResponse response = ask(
                ApiKey.DELETE_GROUPS,
                2,
                DeleteGroupsRequest.builder().groupsNames(List.of("g", "none")).build());
        assertThat(response.results())
                .containsExactly(
                        new DeleteGroupsResponse.Group("g", ErrorCode.NON_EMPTY_GROUP.code()),
                        new DeleteGroupsResponse.Group("none", ErrorCode.GROUP_ID_NOT_FOUND.code()));
    }

    @Test
    void offsetsAreDeletedPerPartitionUnlessTheGroupForbidsAll() {
        OffsetDeleteRequest request = OffsetDeleteRequest.builder()
                .groupId("g")
                .topics(List.of(
                        new OffsetDeleteRequest.Topic("none", List.of(new OffsetDeleteRequest.Partition(0))),
                        new OffsetDeleteRequest.Topic("t", List.of(new OffsetDeleteRequest.Partition(1)))))
                .build();
        OffsetDeleteResponse missing = ask(ApiKey.OFFSET_DELETE, 0, request);
        assertThat(missing.errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
        ask(ApiKey.OFFSET_COMMIT, 10, commit(topic.name(), topic.id(), -1, ""));
        OffsetDeleteResponse deleted = ask(ApiKey.OFFSET_DELETE, 0, request);
        assertThat(deleted.topics())
                .extracting(each -> each.partitions().get(0).errorCode())
                .containsExactly(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), ErrorCode.NONE.code());
    }

    @Test
    void aCommitTooLargeForABatchHasItsError() {
        List<OffsetCommitRequest.Partition> many = Stream.iterate(0, i -> i + 1)
                .limit(1_000)
                .map(i -> OffsetCommitRequest.Partition.builder()
                        .partitionIndex(i)
                        .committedOffset(1)
                        .committedMetadata("")
                        .build())
                .toList();
        OffsetCommitResponse response = ask(
                ApiKey.OFFSET_COMMIT,
                10,
                OffsetCommitRequest.builder()
                        .groupId("g")
                        .topics(List.of(new OffsetCommitRequest.Topic("", topic.id(), many)))
                        .build());
        assertThat(response.topics().get(0).partitions())
                .extracting(OffsetCommitResponse.Partition::errorCode)
                .containsOnly(ErrorCode.INVALID_COMMIT_OFFSET_SIZE.code());
    }
}
