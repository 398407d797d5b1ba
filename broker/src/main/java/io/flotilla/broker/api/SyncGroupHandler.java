package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.MemberIdentity;
import io.flotilla.broker.group.SyncCommand;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.SyncGroupRequest;
import io.flotilla.wire.message.SyncGroupResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** SyncGroup. v3 knows static members (KIP-345), v5 names protocol type and protocol on both sides (KIP-559). */
public final class SyncGroupHandler implements Handler<SyncGroupRequest, SyncGroupResponse> {
    private final GroupCoordinators coordinators;

    public SyncGroupHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.SYNC_GROUP;
    }

    @Override
    public CompletableFuture<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request) {
        Map<String, byte[]> assignments = new LinkedHashMap<>();
        request.assignments().forEach(each -> assignments.put(each.memberId(), each.assignment()));
        SyncCommand command = new SyncCommand(
                request.groupId(),
                new MemberIdentity(request.memberId(), request.groupInstanceId()),
                request.generationId(),
                request.protocolType(),
                request.protocolName(),
                assignments);
        return GroupCalls.reply(
                coordinators.submit(request.groupId(), machine -> machine.sync(command)),
                result -> SyncGroupResponse.builder()
                        .errorCode(result.error().code())
                        .protocolType(result.protocolType())
                        .protocolName(result.protocol())
                        .assignment(result.assignment())
                        .build());
    }

    @Override
    public SyncGroupResponse error(RequestContext context, SyncGroupRequest request, ErrorCode error, String message) {
        return SyncGroupResponse.builder().errorCode(error.code()).build();
    }
}
