package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;

/** RegisterBroker, private: a broker that starts tells the metadata leader where it is. */
public final class RegisterBrokerHandler extends MetadataLeaderHandler<RegisterBrokerRequest, RegisterBrokerResponse> {
    public RegisterBrokerHandler(MetadataLeader leader) {
        super(ApiKey.REGISTER_BROKER, leader, ClusterController::registerBroker);
    }

    @Override
    public RegisterBrokerResponse error(
            RequestContext context, RegisterBrokerRequest request, ErrorCode error, String message) {
        return RegisterBrokerResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
