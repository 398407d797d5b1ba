package io.flotilla.broker.api;

import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.broker.machine.BatchTooLargeException;
import io.flotilla.broker.machine.LoadingException;
import io.flotilla.broker.machine.MachineHost;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.partition.NotLeaderException;
import io.flotilla.wire.frame.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Runs commands on this broker's metadata state machine, for the handlers of APIs that the metadata leader answers. */
public final class MetadataLeader {
    private final MachineHost<ClusterController> host;

    public MetadataLeader(MachineHost<ClusterController> host) {
        this.host = host;
    }

    /**
     * Runs a command.
     *
     * @return completes when its records are committed; fails with {@link ApiException}: NOT_CONTROLLER, which clients
     *     retry, when this broker does not lead or lost the lead meanwhile
     */
    <R> CompletableFuture<R> run(Function<ClusterController, Outcome<R>> command) {
        return host.submit(command).exceptionally(failure -> {
            throw translated(failure instanceof CompletionException ? failure.getCause() : failure);
        });
    }

    private static RuntimeException translated(Throwable failure) {
        if (failure instanceof NotLeaderException || failure instanceof LoadingException) {
            return new ApiException(ErrorCode.NOT_CONTROLLER, failure.getMessage());
        }
        if (failure instanceof BatchTooLargeException) {
            return new ApiException(ErrorCode.POLICY_VIOLATION, failure.getMessage() + "; ask for less at a time");
        }
        return new CompletionException(failure);
    }
}
