package io.flotilla.broker.cluster;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers a broker that starts, as often as it takes. A cluster that has no metadata leader yet is waited for; so is the
 * end of a predecessor under the same node id that is still thought to be alive, up to a limit.
 */
public final class BrokerRegistrar {
    private static final Logger log = LoggerFactory.getLogger(BrokerRegistrar.class);
    private static final long RETRY_MS = 100;
    /** A predecessor that was killed is noticed well before. */
    private static final int MAX_DUPLICATES = 100;

    private final EventLoop loop;
    private final ControllerChannel controller;
    private final RegisterBrokerRequest request;
    private final CompletableFuture<String> registered = new CompletableFuture<>();
    private int duplicates;
    private String lastProblem;

    public BrokerRegistrar(EventLoop loop, ControllerChannel controller, RegisterBrokerRequest request) {
        this.loop = loop;
        this.controller = controller;
        this.request = request;
    }

    /**
     * Starts trying. To be called once.
     *
     * @return completes on the loop with the cluster id once registered; fails with IllegalStateException, for the operator,
     *     when the cluster refuses this broker for good
     */
    public CompletableFuture<String> register() {
        loop.execute(this::attempt);
        return registered;
    }

    private void attempt() {
        controller
                .<RegisterBrokerResponse>ask(ApiKey.REGISTER_BROKER, request)
                .whenComplete((response, failure) -> loop.execute(() -> answered(response, failure)));
    }

    private void answered(RegisterBrokerResponse response, Throwable failure) {
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            retry(cause.getMessage());
            return;
        }
        ErrorCode error = ErrorCode.of(response.errorCode());
        boolean stillAlive = error == ErrorCode.DUPLICATE_BROKER_REGISTRATION && ++duplicates < MAX_DUPLICATES;
        if (error == ErrorCode.NONE) {
            log.info("Broker {} is registered in cluster {}", request.brokerId(), response.clusterId());
            registered.complete(response.clusterId());
        } else if (stillAlive || error.isRetriable()) {
            retry(response.errorMessage());
        } else {
            registered.completeExceptionally(new IllegalStateException(response.errorMessage()));
        }
    }

    private void retry(String problem) {
        if (problem != null && !problem.equals(lastProblem)) {
            lastProblem = problem;
            log.info("Broker {} is not registered yet: {}", request.brokerId(), problem);
        }
        loop.schedule(this::attempt, RETRY_MS);
    }
}
