package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.ForwardResponse;
import io.flotilla.wire.message.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Forward: answers a client's request that another broker passed on, if this broker leads the cluster metadata. The
 * response travels back encoded as the client will get it.
 */
final class ForwardHandler implements Handler<ForwardRequest, ForwardResponse> {
    /** Ordinary memory: answers are few and small, and one that a connection's end overtakes is not to be lost to a pool. */
    private static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false, true);

    private final Map<ApiKey, Route> onController;

    ForwardHandler(Map<ApiKey, Route> onController) {
        this.onController = onController;
    }

    @Override
    public ApiKey api() {
        return ApiKey.FORWARD;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public CompletableFuture<ForwardResponse> handle(RequestContext context, ForwardRequest forward) {
        short version = forward.requestVersion();
        Route route = ApiKey.of(forward.requestApiKey()).map(onController::get).orElse(null);
        if (route == null || !route.api().supports(version)) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "API " + forward.requestApiKey() + " version " + version + " cannot be forwarded to this broker");
        }
        ApiMessage request = read(route, forward);
        RequestContext client = new RequestContext(
                context.loop(), version, forward.clientId(), forward.clientAddress(), context.connectionId(), true);
        return route.handle(client, request).handle((response, thrown) -> {
            if (thrown == null) {
                return answer(response, version);
            }
            if (Route.cause(thrown) instanceof ApiException expected && expected.error() == ErrorCode.NOT_CONTROLLER) {
                throw expected;
            }
            return answer(route.answerFailure(client, request, thrown), version);
        });
    }

    private static ApiMessage read(Route route, ForwardRequest forward) {
        try {
            return route.read(forward.body(), forward.requestVersion());
        } catch (MalformedMessageException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, e.getMessage());
        }
    }

    private static ForwardResponse answer(ApiMessage response, short version) {
        ByteBuf body = FrameEncoder.body(HEAP, response, version);
        return ForwardResponse.builder().body(body).build();
    }

    @Override
    public ForwardResponse error(RequestContext context, ForwardRequest forward, ErrorCode error, String message) {
        return ForwardResponse.builder().errorCode(error.code()).build();
    }
}
