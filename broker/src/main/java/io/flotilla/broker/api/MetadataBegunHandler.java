package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.MetadataBegunRequest;
import io.flotilla.wire.message.MetadataBegunResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** MetadataBegun, private: tells a broker that has no metadata log whether this one has. */
public final class MetadataBegunHandler implements Handler<MetadataBegunRequest, MetadataBegunResponse> {
    private final Supplier<CompletableFuture<Boolean>> begun;

    /** @param begun whether the metadata log of this broker has an entry */
    public MetadataBegunHandler(Supplier<CompletableFuture<Boolean>> begun) {
        this.begun = begun;
    }

    @Override
    public ApiKey api() {
        return ApiKey.METADATA_BEGUN;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public CompletableFuture<MetadataBegunResponse> handle(RequestContext context, MetadataBegunRequest request) {
        return begun.get().thenApply(known -> new MetadataBegunResponse(ErrorCode.NONE.code(), known));
    }

    @Override
    public MetadataBegunResponse error(
            RequestContext context, MetadataBegunRequest request, ErrorCode error, String message) {
        return new MetadataBegunResponse(error.code(), false);
    }
}
