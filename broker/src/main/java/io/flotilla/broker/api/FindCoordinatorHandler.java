package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.group.CoordinatorException;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FindCoordinatorRequest;
import io.flotilla.wire.message.FindCoordinatorResponse;
import java.util.concurrent.CompletableFuture;

/**
 * FindCoordinator: which broker to ask about a group. v4 asks for several keys at once (KIP-699). Kinds of coordinators that
 * are not here are refused for good, so that a client says so at once instead of trying on.
 */
public final class FindCoordinatorHandler implements Handler<FindCoordinatorRequest, FindCoordinatorResponse> {
    private static final int SEVERAL_KEYS_SINCE = 4;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;

    private final GroupCoordinators coordinators;

    public FindCoordinatorHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.FIND_COORDINATOR;
    }

    @Override
    public CompletableFuture<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request) {
        if (context.apiVersion() >= SEVERAL_KEYS_SINCE) {
            return CompletableFuture.completedFuture(FindCoordinatorResponse.builder()
                    .coordinators(request.coordinatorKeys().stream()
                            .map(key -> find(request.keyType(), key))
                            .toList())
                    .build());
        }
        FindCoordinatorResponse.Coordinator found = find(request.keyType(), request.key());
        return CompletableFuture.completedFuture(single(found));
    }

    @Override
    public FindCoordinatorResponse error(
            RequestContext context, FindCoordinatorRequest request, ErrorCode error, String message) {
        if (context.apiVersion() >= SEVERAL_KEYS_SINCE) {
            return FindCoordinatorResponse.builder()
                    .coordinators(request.coordinatorKeys().stream()
                            .map(key -> nowhere(key, error, message))
                            .toList())
                    .build();
        }
        return single(nowhere(request.key(), error, message));
    }

    private FindCoordinatorResponse.Coordinator find(byte type, String key) {
        if (type != GROUP) {
            String what = type == TRANSACTION ? "transactions are" : "this kind of group (key type " + type + ") is";
            return nowhere(key, ErrorCode.INVALID_REQUEST, what + " not supported by this broker yet");
        }
        try {
            BrokerInfo broker = coordinators.coordinator(key);
            return FindCoordinatorResponse.Coordinator.builder()
                    .key(key)
                    .nodeId(broker.id())
                    .host(broker.host())
                    .port(broker.port())
                    .build();
        } catch (CoordinatorException e) {
            return nowhere(key, e.error(), e.getMessage());
        }
    }

    private static FindCoordinatorResponse.Coordinator nowhere(String key, ErrorCode error, String message) {
        return FindCoordinatorResponse.Coordinator.builder()
                .key(key)
                .nodeId(-1)
                .host("")
                .port(-1)
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }

    private static FindCoordinatorResponse single(FindCoordinatorResponse.Coordinator found) {
        return FindCoordinatorResponse.builder()
                .errorCode(found.errorCode())
                .errorMessage(found.errorMessage())
                .nodeId(found.nodeId())
                .host(found.host())
                .port(found.port())
                .build();
    }
}
