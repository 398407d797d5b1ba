package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ControllerChannel;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.net.Peers;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** This broker's own requests to the metadata leader: answered by the handler here when that is this broker. Thread-safe. */
public final class ControllerClient implements ControllerChannel {
    private static final long TIMEOUT_MS = 10_000;

    private final int nodeId;
    private final List<Integer> voters;
    private final LeaderTable leaders;
    private final Peers peers;
    private final EventLoop loop;
    private final Supplier<HandlerTable> table;

    /**
     * @param voters brokers to ask who leads, while that is not known
     * @param loop on which handlers here are called
     * @param table asked for at each call, as it is made after this
     */
    public ControllerClient(
            int nodeId,
            Collection<Integer> voters,
            LeaderTable leaders,
            Peers peers,
            EventLoop loop,
            Supplier<HandlerTable> table) {
        this.nodeId = nodeId;
        this.voters = List.copyOf(voters);
        this.leaders = leaders;
        this.peers = peers;
        this.loop = loop;
        this.table = table;
    }

    @Override
    public <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request) {
        Leader leader = leaders.leader(PartitionId.METADATA);
        if (leader == null) {
            for (int voter : voters) {
                if (peers.isConnected(voter)) {
                    // Leaders announce themselves to brokers that are registered; another broker passes the request on.
                    return peers.call(voter, api, api.highestVersion(), request, TIMEOUT_MS);
                }
            }
            return CompletableFuture.failedFuture(
                    new ApiException(ErrorCode.NOT_CONTROLLER, "no broker is known to lead the cluster metadata"));
        }
        if (leader.brokerId() != nodeId) {
            return peers.call(leader.brokerId(), api, api.highestVersion(), request, TIMEOUT_MS);
        }
        return askHere(api, request);
    }

    @SuppressWarnings("unchecked") // an API's handler answers with that API's response
    private <R extends ApiMessage> CompletableFuture<R> askHere(ApiKey api, ApiMessage request) {
        Route route = table.get().route(api.number()).orElseThrow();
        RequestContext context =
                new RequestContext(loop, api.highestVersion(), "broker-" + nodeId, "127.0.0.1", 0, false);
        return CompletableFuture.supplyAsync(() -> route.handle(context, request), loop)
                .thenCompose(response -> (CompletableFuture<R>) (CompletableFuture<?>) response);
    }
}
