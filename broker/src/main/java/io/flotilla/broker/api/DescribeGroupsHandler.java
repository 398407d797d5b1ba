package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.GroupDescription;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeGroupsRequest;
import io.flotilla.wire.message.DescribeGroupsResponse;
import java.util.concurrent.CompletableFuture;

/** DescribeGroups. Before v6 a group that does not exist is described as dead; from v6 it is an error (KIP-1043). */
public final class DescribeGroupsHandler implements Handler<DescribeGroupsRequest, DescribeGroupsResponse> {
    private static final int NOT_FOUND_SINCE = 6;
    private static final String DEAD = "Dead";
    /** Everything that can be allowed on a group: read, delete, describe, describe and alter its configuration. */
    private static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

    private final GroupCoordinators coordinators;

    public DescribeGroupsHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DESCRIBE_GROUPS;
    }

    @Override
    public CompletableFuture<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request) {
        return PartitionCalls.gather(
                        request.groups(),
                        id -> GroupCalls.part(
                                coordinators.read(id, machine -> machine.describe(id)),
                                found -> found == null ? missing(context, id) : described(request, found),
                                error -> failed(id, error)))
                .thenApply(groups ->
                        DescribeGroupsResponse.builder().groups(groups).build());
    }

    @Override
    public DescribeGroupsResponse error(
            RequestContext context, DescribeGroupsRequest request, ErrorCode error, String message) {
        return DescribeGroupsResponse.builder()
                .groups(request.groups().stream().map(id -> failed(id, error)).toList())
                .build();
    }

    private static DescribeGroupsResponse.Group described(DescribeGroupsRequest request, GroupDescription group) {
        DescribeGroupsResponse.Group.Builder described = DescribeGroupsResponse.Group.builder()
                .groupId(group.groupId())
                .groupState(group.state().label())
                .protocolType(group.protocolType())
                .protocolData(group.protocol())
                .members(group.members().stream()
                        .map(member -> DescribeGroupsResponse.Member.builder()
                                .memberId(member.memberId())
                                .groupInstanceId(member.instanceId())
                                .clientId(member.clientId())
                                .clientHost(member.clientHost())
                                .memberMetadata(member.metadata())
                                .memberAssignment(member.assignment())
                                .build())
                        .toList());
        if (request.includeAuthorizedOperations()) {
            described.authorizedOperations(ALL_OPERATIONS);
        }
        return described.build();
    }

    private static DescribeGroupsResponse.Group missing(RequestContext context, String id) {
        DescribeGroupsResponse.Group.Builder missing =
                DescribeGroupsResponse.Group.builder().groupId(id).groupState(DEAD);
        if (context.apiVersion() >= NOT_FOUND_SINCE) {
            missing.errorCode(ErrorCode.GROUP_ID_NOT_FOUND.code()).errorMessage("Group " + id + " not found.");
        }
        return missing.build();
    }

    private static DescribeGroupsResponse.Group failed(String id, ErrorCode error) {
        return DescribeGroupsResponse.Group.builder()
                .groupId(id)
                .errorCode(error.code())
                .build();
    }
}
