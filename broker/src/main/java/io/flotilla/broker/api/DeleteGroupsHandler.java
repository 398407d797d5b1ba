package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DeleteGroupsRequest;
import io.flotilla.wire.message.DeleteGroupsResponse;
import java.util.concurrent.CompletableFuture;

/** DeleteGroups (KIP-229): groups without members, and their offsets. */
public final class DeleteGroupsHandler implements Handler<DeleteGroupsRequest, DeleteGroupsResponse> {
    private final GroupCoordinators coordinators;

    public DeleteGroupsHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.DELETE_GROUPS;
    }

    @Override
    public CompletableFuture<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request) {
        return PartitionCalls.gather(
                        request.groupsNames(),
                        id -> GroupCalls.part(
                                coordinators.submit(id, machine -> machine.delete(id)),
                                error -> result(id, error),
                                error -> result(id, error)))
                .thenApply(results ->
                        DeleteGroupsResponse.builder().results(results).build());
    }

    @Override
    public DeleteGroupsResponse error(
            RequestContext context, DeleteGroupsRequest request, ErrorCode error, String message) {
        return DeleteGroupsResponse.builder()
                .results(request.groupsNames().stream()
                        .map(id -> result(id, error))
                        .toList())
                .build();
    }

    private static DeleteGroupsResponse.Group result(String id, ErrorCode error) {
        return DeleteGroupsResponse.Group.builder()
                .groupId(id)
                .errorCode(error.code())
                .build();
    }
}
