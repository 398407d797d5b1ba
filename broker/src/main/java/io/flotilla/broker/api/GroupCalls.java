package io.flotilla.broker.api;

import io.flotilla.broker.group.CoordinatorException;
import io.flotilla.wire.frame.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** How the answers of group coordinators become responses. */
final class GroupCalls {
    private GroupCalls() {}

    /** The response to a request about one group; a coordinator's refusal fails it, for the dispatcher to answer. */
    static <T, R> CompletableFuture<R> reply(CompletableFuture<T> answer, Function<T, R> response) {
        return answer.handle((result, thrown) -> {
            if (thrown == null) {
                return response.apply(result);
            }
            throw expected(thrown);
        });
    }

    /** One part of a response about several groups; a coordinator's refusal is a part too. */
    static <T, R> CompletableFuture<R> part(
            CompletableFuture<T> answer, Function<T, R> part, Function<ErrorCode, R> refused) {
        return answer.handle((result, thrown) -> {
            if (thrown == null) {
                return part.apply(result);
            }
            if (expected(thrown) instanceof ApiException refusal) {
                return refused.apply(refusal.error());
            }
            throw expected(thrown);
        });
    }

    private static RuntimeException expected(Throwable thrown) {
        Throwable cause = Route.cause(thrown);
        if (cause instanceof CoordinatorException refusal) {
            return new ApiException(refusal.error(), refusal.getMessage());
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }
}
