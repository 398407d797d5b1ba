package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.JoinCommand;
import io.flotilla.broker.group.JoinResult;
import io.flotilla.broker.group.MemberIdentity;
import io.flotilla.broker.group.Protocol;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.JoinGroupRequest;
import io.flotilla.wire.message.JoinGroupResponse;
import java.util.concurrent.CompletableFuture;

/**
 * JoinGroup. v1 brings the rebalance timeout, v4 requires a member id (KIP-394), v5 knows static members (KIP-345), v7 names the
 * protocol type (KIP-559), v8 gives a reason (KIP-800), v9 lets a leader skip the assignment (KIP-814).
 */
public final class JoinGroupHandler implements Handler<JoinGroupRequest, JoinGroupResponse> {
    private static final int MEMBER_ID_REQUIRED_SINCE = 4;
    private static final int PROTOCOL_NULLABLE_SINCE = 7;
    private static final int SKIP_ASSIGNMENT_SINCE = 9;

    private final GroupCoordinators coordinators;

    public JoinGroupHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.JOIN_GROUP;
    }

    @Override
    public CompletableFuture<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request) {
        JoinCommand command = new JoinCommand(
                request.groupId(),
                new MemberIdentity(request.memberId(), request.groupInstanceId()),
                context.clientId() == null ? "" : context.clientId(),
                "/" + context.clientAddress(), // the form that Kafka's tools show
                request.sessionTimeoutMs(),
                request.rebalanceTimeoutMs() < 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs(),
                request.protocolType(),
                request.protocols().stream()
                        .map(protocol -> new Protocol(protocol.name(), protocol.metadata()))
                        .toList(),
                context.apiVersion() >= MEMBER_ID_REQUIRED_SINCE,
                context.apiVersion() >= SKIP_ASSIGNMENT_SINCE,
                request.reason());
        return GroupCalls.reply(
                coordinators.submit(request.groupId(), machine -> machine.join(command)),
                result -> response(context, result));
    }

    @Override
    public JoinGroupResponse error(RequestContext context, JoinGroupRequest request, ErrorCode error, String message) {
        return JoinGroupResponse.builder()
                .errorCode(error.code())
                .memberId(request.memberId())
                .protocolName(protocolName(context, null))
                .build();
    }

    private static JoinGroupResponse response(RequestContext context, JoinResult result) {
        return JoinGroupResponse.builder()
                .errorCode(result.error().code())
                .generationId(result.generation())
                .protocolType(result.protocolType())
                .protocolName(protocolName(context, result.protocol()))
                .leader(result.leader())
                .skipAssignment(result.skipAssignment())
                .memberId(result.memberId())
                .members(result.members().stream()
                        .map(member -> JoinGroupResponse.Member.builder()
                                .memberId(member.memberId())
                                .groupInstanceId(member.instanceId())
                                .metadata(member.metadata())
                                .build())
                        .toList())
                .build();
    }

    private static String protocolName(RequestContext context, String name) {
        return name == null && context.apiVersion() < PROTOCOL_NULLABLE_SINCE ? "" : name;
    }
}
