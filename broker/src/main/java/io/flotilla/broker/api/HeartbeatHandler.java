package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.MemberIdentity;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import java.util.concurrent.CompletableFuture;

/** Heartbeat. v3 knows static members (KIP-345). */
public final class HeartbeatHandler implements Handler<HeartbeatRequest, HeartbeatResponse> {
    private final GroupCoordinators coordinators;

    public HeartbeatHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.HEARTBEAT;
    }

    @Override
    public CompletableFuture<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request) {
        MemberIdentity member = new MemberIdentity(request.memberId(), request.groupInstanceId());
        return GroupCalls.reply(
                coordinators.submit(
                        request.groupId(),
                        machine -> machine.heartbeat(request.groupId(), member, request.generationId())),
                HeartbeatHandler::response);
    }

    @Override
    public HeartbeatResponse error(RequestContext context, HeartbeatRequest request, ErrorCode error, String message) {
        return response(error);
    }

    private static HeartbeatResponse response(ErrorCode error) {
        return HeartbeatResponse.builder().errorCode(error.code()).build();
    }
}
