package io.flotilla.broker.api;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.broker.partition.Replicas;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ForceReplicaRequest;
import io.flotilla.wire.message.ForceReplicaResponse;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ForceReplica (32021), for {@code flotilla partition recover} alone: makes the replica here the only voter of its group. Unsafe,
 * and for people to decide; see {@link io.flotilla.raft.core.RaftCore#forceSoleVoter}. The answer comes once the replica leads.
 */
public final class ForceReplicaHandler implements Handler<ForceReplicaRequest, ForceReplicaResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(ForceReplicaHandler.class);
    private static final long LOOK_MS = 20;
    private static final int LOOKS = 500;

    private final Replicas replicas;

    public ForceReplicaHandler(Replicas replicas) {
        this.replicas = replicas;
    }

    @Override
    public ApiKey api() {
        return ApiKey.FORCE_REPLICA;
    }

    @Override
    public boolean advertised() {
        return false;
    }

    @Override
    public boolean forCommands() {
        return true;
    }

    @Override
    public CompletableFuture<ForceReplicaResponse> handle(RequestContext context, ForceReplicaRequest request) {
        Replica replica = replicas.get(new PartitionId(request.topicId(), request.partition()));
        if (replica == null) {
            throw new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no open replica here");
        }
        CompletableFuture<ForceReplicaResponse> done = new CompletableFuture<>();
        replica.loop().execute(() -> force(context, request, replica, done));
        return done;
    }

    @Override
    public ForceReplicaResponse error(
            RequestContext context, ForceReplicaRequest request, ErrorCode error, String message) {
        return failed(error, message);
    }

    private static ForceReplicaResponse failed(ErrorCode error, String message) {
        return ForceReplicaResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }

    private static void force(
            RequestContext context,
            ForceReplicaRequest request,
            Replica replica,
            CompletableFuture<ForceReplicaResponse> done) {
        long lastIndex = replica.group().core().lastIndex();
        if (replica.term() != request.term() || lastIndex != request.lastIndex()) {
            done.complete(failed(
                    ErrorCode.INVALID_REQUEST,
                    "the replica has changed since it was looked at: it is in term %d, and its log ends at index %d"
                            .formatted(replica.term(), lastIndex)));
            return;
        }
        LOG.warn(
                "UNSAFE RECOVERY of {}, asked for by {}: this replica becomes the only voter of its group with what it"
                        + " holds, up to offset {}. Known to be committed: up to offset {}. Whatever other replicas"
                        + " acknowledged beyond is given up.",
                replica.name(),
                context.clientAddress(),
                replica.logEndOffset(),
                replica.highWatermark());
        String obstacle = replica.group().forceSoleVoter();
        if (obstacle == null) {
            watch(replica, LOOKS, done);
        } else {
            LOG.warn("Unsafe recovery of {} was refused: {}", replica.name(), obstacle);
            done.complete(failed(ErrorCode.INVALID_REQUEST, obstacle));
        }
    }

    /** Looks now and then whether the replica leads. */
    private static void watch(Replica replica, int looks, CompletableFuture<ForceReplicaResponse> done) {
        boolean alone = replica.group().core().configuration().allVoters().size() == 1;
        if (replica.isLeading() && alone) {
            LOG.warn(
                    "UNSAFE RECOVERY of {} is done: it is led from here in term {}, and ends at offset {}",
                    replica.name(),
                    replica.term(),
                    replica.highWatermark());
            done.complete(ForceReplicaResponse.builder()
                    .term(replica.term())
                    .highWatermark(replica.highWatermark())
                    .build());
        } else if (looks == 0 || !replica.isServing()) {
            done.complete(
                    failed(ErrorCode.REQUEST_TIMED_OUT, "the replica does not come to lead: see its broker's log"));
        } else {
            replica.loop().schedule(() -> watch(replica, looks - 1, done), LOOK_MS);
        }
    }
}
