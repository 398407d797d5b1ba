package io.flotilla.broker.api;

import io.flotilla.broker.partition.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** What requests about many partitions share: each partition is asked on its own loop, and all answers are gathered. */
final class PartitionCalls {
    private PartitionCalls() {}

    /** Asks for each item at once and completes with the answers in the items' order, when the last is there. */
    static <A, T> CompletableFuture<List<T>> gather(List<A> items, Function<A, CompletableFuture<T>> ask) {
        List<CompletableFuture<T>> answers = new ArrayList<>(items.size());
        items.forEach(item -> answers.add(ask.apply(item)));
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** Asks on the replica's loop: at once where that is the caller's. */
    static <T> CompletableFuture<T> ask(Replica replica, Supplier<CompletableFuture<T>> question) {
        if (replica.loop().inEventLoop()) {
            return question.get();
        }
        return CompletableFuture.supplyAsync(question, replica.loop()).thenCompose(Function.identity());
    }
}
