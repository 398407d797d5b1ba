package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.ProducerIdBlockResponse;

/** ProducerIdBlock, private: gives a broker producer ids to hand out. */
public final class ProducerIdBlockHandler
        extends MetadataLeaderHandler<ProducerIdBlockRequest, ProducerIdBlockResponse> {
    public ProducerIdBlockHandler(MetadataLeader leader) {
        super(ApiKey.PRODUCER_ID_BLOCK, leader, ClusterController::allocateProducerIds);
    }

    @Override
    public ProducerIdBlockResponse error(
            RequestContext context, ProducerIdBlockRequest request, ErrorCode error, String message) {
        return ProducerIdBlockResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
