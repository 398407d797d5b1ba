package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.partition.TestCluster;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.FrameEncoder;
import io.flotilla.wire.message.ApiMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A client of one broker of a test cluster. What it asks and what it is told pass through their encoding. */
final class TestClient {
    /** How often a request may go back and forth between the two loops. */
    private static final int MOST_HOPS = 10;

    private final TestCluster cluster;
    private final TestLoop loop;

    /** A client whose connection shares the loop of the partitions. */
    TestClient(TestCluster cluster) {
        this(cluster, cluster.loop);
    }

    /** @param loop of the connection */
    TestClient(TestCluster cluster, TestLoop loop) {
        this.cluster = cluster;
        this.loop = loop;
    }

    /** The metadata as all brokers know it. */
    static MetadataCache metadata(TestCluster cluster) {
        return new MetadataCache() {
            @Override
            public MetadataImage image() {
                return cluster.image();
            }

            @Override
            public void subscribe(Consumer<MetadataImage> listener) {
                throw new UnsupportedOperationException("nobody here follows the metadata");
            }
        };
    }

    /** The partitions as a broker's handlers find them. */
    static Partitions partitions(TestCluster cluster, int broker) {
        return new Partitions(
                metadata(cluster),
                cluster.broker(broker).leaders(),
                cluster.broker(broker).replicas());
    }

    /** Asks a handler, and lets all run that can without time passing. */
    <Q extends ApiMessage, R extends ApiMessage> CompletableFuture<R> ask(Handler<Q, R> handler, int version, Q asked) {
        CompletableFuture<R> answer = start(handler, version, asked);
        run();
        return answer;
    }

    /** Hands a request to the connection's loop, and lets nothing run. */
    <Q extends ApiMessage, R extends ApiMessage> CompletableFuture<R> start(
            Handler<Q, R> handler, int version, Q asked) {
        ByteBuf body = FrameEncoder.body(PooledByteBufAllocator.DEFAULT, asked, (short) version);
        CompletableFuture<R> answer = new CompletableFuture<>();
        loop.execute(() -> handle(handler, (short) version, body).whenComplete((response, failure) -> {
            body.release();
            if (failure == null) {
                answer.complete(decoded(handler.api(), response, (short) version));
            } else {
                answer.completeExceptionally(failure);
            }
        }));
        return answer;
    }

    @SuppressWarnings("unchecked") // a handler's request type is the one its API reads
    private <Q extends ApiMessage, R extends ApiMessage> CompletableFuture<R> handle(
            Handler<Q, R> handler, short version, ByteBuf body) {
        RequestContext context = new RequestContext(loop, version, "test", "127.0.0.1", 1, false);
        Q request = (Q) handler.api().readRequest(body, version);
        try {
            return handler.handle(context, request);
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(handler.error(context, request, e.error(), e.getMessage()));
        }
    }

    @SuppressWarnings("unchecked") // and so is its response type
    private static <R extends ApiMessage> R decoded(ApiKey api, R response, short version) {
        if (response == null) {
            return null;
        }
        ByteBuf body = FrameEncoder.body(PooledByteBufAllocator.DEFAULT, response, version);
        try {
            return (R) api.readResponse(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(body)), version);
        } finally {
            body.release();
        }
    }

    /** Lets all run that can, on the connection's loop and on the partitions'. */
    void run() {
        for (int hops = 0; hops < MOST_HOPS; hops++) {
            loop.run();
            cluster.loop.run();
        }
    }
}
