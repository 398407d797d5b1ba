package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Keeps what it is asked, for the test to answer when it likes. */
final class TestHandler<Q extends ApiMessage, R extends ApiMessage> implements Handler<Q, R> {
    /** One request and its answer to be. */
    record Asked<Q, R>(RequestContext context, Q request, CompletableFuture<R> answer) {}

    private final ApiKey api;
    private final boolean onController;
    private final Function<ErrorCode, R> error;
    final List<Asked<Q, R>> asked = new ArrayList<>();

    TestHandler(ApiKey api, boolean onController, Function<ErrorCode, R> error) {
        this.api = api;
        this.onController = onController;
        this.error = error;
    }

    Asked<Q, R> asked(int number) {
        return asked.get(number);
    }

    void answer(int number, R response) {
        asked.get(number).answer().complete(response);
    }

    void fail(int number, Throwable failure) {
        asked.get(number).answer().completeExceptionally(failure);
    }

    @Override
    public ApiKey api() {
        return api;
    }

    @Override
    public boolean onController() {
        return onController;
    }

    @Override
    public CompletableFuture<R> handle(RequestContext context, Q request) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        asked.add(new Asked<>(context, request, answer));
        return answer;
    }

    @Override
    public R error(RequestContext context, Q request, ErrorCode code, String message) {
        return error.apply(code);
    }
}
