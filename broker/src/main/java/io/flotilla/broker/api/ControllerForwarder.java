package io.flotilla.broker.api;

import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.net.PeerException;
import io.flotilla.broker.net.Peers;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.ForwardRequest;
import io.flotilla.wire.message.ForwardResponse;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Gets requests that only the leader of the cluster metadata may answer to that leader, wherever it is. While there is none,
 * or it is changing, tries again for a few seconds, longer than a failover takes: clients then see a slow answer, not an error.
 */
public final class ControllerForwarder {
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_MS = 50;
    /** As long as clients wait by default. */
    private static final long CALL_TIMEOUT_MS = 30_000;

    private final int nodeId;
    private final LeaderTable leaders;
    private final Peers peers;
    private final Clock clock;

    /** @param nodeId this broker */
    public ControllerForwarder(int nodeId, LeaderTable leaders, Peers peers, Clock clock) {
        this.nodeId = nodeId;
        this.leaders = leaders;
        this.peers = peers;
        this.clock = clock;
    }

    /**
     * Answers the request here or elsewhere.
     *
     * @param body the request without its header, valid until the future completes
     * @return fails with {@link ApiException} NOT_CONTROLLER when no leader was found in time, with REQUEST_TIMED_OUT when it
     *     is not known whether the leader acted, or with whatever the handler failed with here
     */
    CompletableFuture<Reply> forward(Route route, RequestContext context, ApiMessage request, ByteBuf body) {
        Attempt attempt = new Attempt(route, context, request, body, clock.nanoTime() + GIVE_UP_NANOS);
        attempt.run();
        return attempt.result;
    }

    private final class Attempt implements Runnable {
        private final Route route;
        private final RequestContext context;
        private final ApiMessage request;
        private final ByteBuf body;
        private final long giveUpAt;
        private final CompletableFuture<Reply> result = new CompletableFuture<>();

        Attempt(Route route, RequestContext context, ApiMessage request, ByteBuf body, long giveUpAt) {
            this.route = route;
            this.context = context;
            this.request = request;
            this.body = body;
            this.giveUpAt = giveUpAt;
        }

        @Override
        public void run() {
            orFail(this::ask);
        }

        /** Takes a step; what it throws is the answer, as futures would swallow it and nobody would ever be answered. */
        private void orFail(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }

        private void ask() {
            LeaderTable.Leader leader = leaders.leader(PartitionId.METADATA);
            if (leader == null) {
                retry("no broker is known to lead the cluster metadata");
            } else if (leader.brokerId() == nodeId) {
                route.handle(context, request)
                        .whenComplete((response, thrown) -> orFail(() -> answeredHere(response, thrown)));
            } else {
                ForwardRequest forward = ForwardRequest.builder()
                        .clientId(context.clientId())
                        .clientAddress(context.clientAddress())
                        .requestApiKey(route.api().number())
                        .requestVersion(context.apiVersion())
                        .body(body.retainedSlice())
                        .build();
                peers.<ForwardResponse>call(leader.brokerId(), ApiKey.FORWARD, (short) 0, forward, CALL_TIMEOUT_MS)
                        .whenComplete((response, thrown) -> orFail(() -> answeredThere(response, thrown)));
            }
        }

        private void answeredHere(ApiMessage response, Throwable thrown) {
            if (thrown == null) {
                result.complete(Reply.of(response));
            } else if (Route.cause(thrown) instanceof ApiException e && e.error() == ErrorCode.NOT_CONTROLLER) {
                retry(e.getMessage());
            } else {
                result.completeExceptionally(thrown);
            }
        }

        private void answeredThere(ForwardResponse response, Throwable thrown) {
            if (thrown != null) {
                notAnswered(Route.cause(thrown));
                return;
            }
            ErrorCode error = ErrorCode.of(response.errorCode());
            switch (error) {
                case NONE -> result.complete(new Reply.Encoded(response.body().retain()));
                case NOT_CONTROLLER -> retry("leadership of the cluster metadata is changing");
                default -> fail(error, error.message());
            }
        }

        private void notAnswered(Throwable failure) {
            if (!(failure instanceof PeerException e)) {
                result.completeExceptionally(failure);
            } else if (e.maybeDone()) {
                fail(ErrorCode.REQUEST_TIMED_OUT, e.getMessage() + "; it may or may not have been done");
            } else {
                retry(e.getMessage());
            }
        }

        private void retry(String reason) {
            if (clock.nanoTime() >= giveUpAt) {
                fail(ErrorCode.NOT_CONTROLLER, reason);
            } else {
                context.loop().schedule(this, PAUSE_MS);
            }
        }

        private void fail(ErrorCode error, String message) {
            result.completeExceptionally(new ApiException(error, message));
        }
    }
}
