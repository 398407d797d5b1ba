package io.flotilla.broker.machine;

import java.util.concurrent.CompletableFuture;

/** The answer to a question asked on a {@link TestLoop}: nobody but the test moves things, so joining early is a failure. */
public final class PromptFuture<R> extends CompletableFuture<R> {
    /** Follows another future. */
    public static <R> PromptFuture<R> of(CompletableFuture<R> answer) {
        PromptFuture<R> prompt = new PromptFuture<>();
        answer.whenComplete((result, failure) -> {
            if (failure == null) {
                prompt.complete(result);
            } else {
                prompt.completeExceptionally(failure);
            }
        });
        return prompt;
    }

    @Override
    public R join() {
        if (!isDone()) {
            throw new AssertionError("no answer yet");
        }
        return super.join();
    }
}
