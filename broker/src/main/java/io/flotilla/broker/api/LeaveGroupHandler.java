package io.flotilla.broker.api;

import io.flotilla.broker.group.EachResult;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.MemberIdentity;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.LeaveGroupRequest;
import io.flotilla.wire.message.LeaveGroupResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * LeaveGroup. Before v3 one member leaves and its error is the response's; from v3 several may, static ones too (KIP-345); v5
 * gives reasons (KIP-800).
 */
public final class LeaveGroupHandler implements Handler<LeaveGroupRequest, LeaveGroupResponse> {
    private static final int SEVERAL_MEMBERS_SINCE = 3;

    private final GroupCoordinators coordinators;

    public LeaveGroupHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.LEAVE_GROUP;
    }

    @Override
    public CompletableFuture<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request) {
        boolean several = context.apiVersion() >= SEVERAL_MEMBERS_SINCE;
        List<MemberIdentity> leaving = several
                ? request.members().stream()
                        .map(member -> new MemberIdentity(member.memberId(), member.groupInstanceId()))
                        .toList()
                : List.of(new MemberIdentity(request.memberId(), null));
        String reason = several && !request.members().isEmpty()
                ? request.members().get(0).reason()
                : null;
        return GroupCalls.reply(
                coordinators.submit(request.groupId(), machine -> machine.leave(request.groupId(), leaving, reason)),
                result -> several ? severalLeft(leaving, result) : oneLeft(result));
    }

    @Override
    public LeaveGroupResponse error(
            RequestContext context, LeaveGroupRequest request, ErrorCode error, String message) {
        return LeaveGroupResponse.builder().errorCode(error.code()).build();
    }

    private static LeaveGroupResponse oneLeft(EachResult result) {
        ErrorCode error =
                result.each().isEmpty() ? result.error() : result.each().get(0);
        return LeaveGroupResponse.builder().errorCode(error.code()).build();
    }

    private static LeaveGroupResponse severalLeft(List<MemberIdentity> leaving, EachResult result) {
        List<LeaveGroupResponse.Member> members = new ArrayList<>(result.each().size());
        for (int i = 0; i < result.each().size(); i++) {
            members.add(LeaveGroupResponse.Member.builder()
                    .memberId(leaving.get(i).memberId())
                    .groupInstanceId(leaving.get(i).instanceId())
                    .errorCode(result.each().get(i).code())
                    .build());
        }
        return LeaveGroupResponse.builder()
                .errorCode(result.error().code())
                .members(members)
                .build();
    }
}
