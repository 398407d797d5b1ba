package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.ApiMessage;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Answers an API with one command to the metadata state machine. */
abstract class MetadataLeaderHandler<Q extends ApiMessage, R extends ApiMessage> implements Handler<Q, R> {
    private final ApiKey api;
    private final MetadataLeader leader;
    private final BiFunction<ClusterController, Q, Outcome<R>> command;

    MetadataLeaderHandler(ApiKey api, MetadataLeader leader, BiFunction<ClusterController, Q, Outcome<R>> command) {
        this.api = api;
        this.leader = leader;
        this.command = command;
    }

    @Override
    public final ApiKey api() {
        return api;
    }

    @Override
    public final boolean onController() {
        return true;
    }

    @Override
    public final boolean advertised() {
        return !api.isPrivate();
    }

    @Override
    public CompletableFuture<R> handle(RequestContext context, Q request) {
        return leader.run(controller -> command.apply(controller, request));
    }
}
