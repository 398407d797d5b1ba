package io.flotilla.broker.cluster;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.ProducerIdBlockResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * This broker's supply of producer ids: a block of them, asked of the metadata leader when it runs low. Thread-safe; state
 * belongs to one loop.
 */
public final class ProducerIds {
    private final EventLoop loop;
    private final int brokerId;
    private final ControllerChannel controller;

    private final ArrayDeque<CompletableFuture<OptionalLong>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean asking;

    public ProducerIds(EventLoop loop, int brokerId, ControllerChannel controller) {
        this.loop = loop;
        this.brokerId = brokerId;
        this.controller = controller;
    }

    /** An id that no producer had before; empty when the metadata leader cannot be asked now. Never fails. */
    public CompletableFuture<OptionalLong> next() {
        CompletableFuture<OptionalLong> id = new CompletableFuture<>();
        loop.execute(() -> {
            waiting.add(id);
            serve();
        });
        return id;
    }

    private void serve() {
        while (!waiting.isEmpty() && next < end) {
            waiting.remove().complete(OptionalLong.of(next++));
        }
        if (!waiting.isEmpty() && !asking) {
            asking = true;
            controller
                    .<ProducerIdBlockResponse>ask(ApiKey.PRODUCER_ID_BLOCK, new ProducerIdBlockRequest(brokerId))
                    .whenComplete((block, failure) -> loop.execute(() -> arrived(block, failure)));
        }
    }

    private void arrived(ProducerIdBlockResponse block, Throwable failure) {
        asking = false;
        if (failure != null || block.errorCode() != ErrorCode.NONE.code()) {
            List<CompletableFuture<OptionalLong>> refused = List.copyOf(waiting);
            waiting.clear();
            refused.forEach(one -> one.complete(OptionalLong.empty()));
            return;
        }
        next = block.firstId();
        end = block.firstId() + block.count();
        serve();
    }
}
