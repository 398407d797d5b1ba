package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ProducerIds;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.InitProducerIdRequest;
import io.flotilla.wire.message.InitProducerIdResponse;
import java.util.concurrent.CompletableFuture;

/**
 * InitProducerId (KIP-98): a fresh id with epoch 0 for an idempotent producer, whatever id it had (KIP-360, v3). With a
 * transactional id it is refused: transactions are not supported, and UNSUPPORTED_VERSION is an error that producers neither
 * retry nor mistake for a missing permission.
 */
public final class InitProducerIdHandler implements Handler<InitProducerIdRequest, InitProducerIdResponse> {
    private static final long NO_ID = -1;
    private static final short NO_EPOCH = -1;

    private final ProducerIds ids;

    public InitProducerIdHandler(ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public ApiKey api() {
        return ApiKey.INIT_PRODUCER_ID;
    }

    @Override
    public CompletableFuture<InitProducerIdResponse> handle(RequestContext context, InitProducerIdRequest request) {
        if (request.transactionalId() != null) {
            boolean empty = request.transactionalId().isEmpty();
            return CompletableFuture.failedFuture(new ApiException(
                    empty ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_VERSION,
                    "Transactions are not supported; leave transactional.id unset"));
        }
        if ((request.producerId() == NO_ID) != (request.producerEpoch() == NO_EPOCH)) {
            return CompletableFuture.failedFuture(
                    new ApiException(ErrorCode.INVALID_REQUEST, "Producer id and epoch are known both or neither"));
        }
        return ids.next().thenApply(id -> {
            if (id.isEmpty()) {
                return error(context, request, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            }
            return InitProducerIdResponse.builder().producerId(id.getAsLong()).build();
        });
    }

    @Override
    public InitProducerIdResponse error(
            RequestContext context, InitProducerIdRequest request, ErrorCode error, String message) {
        return InitProducerIdResponse.builder()
                .errorCode(error.code())
                .producerEpoch(NO_EPOCH)
                .build();
    }
}
