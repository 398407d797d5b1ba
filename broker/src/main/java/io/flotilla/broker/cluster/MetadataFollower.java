package io.flotilla.broker.cluster;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.ReplicaListener;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.Records;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this broker's image up to date with the committed part of the metadata log, whoever leads it. Reads one chunk at a
 * time and publishes one image per chunk, so a long log is caught up with in few images. To be registered as a listener of the
 * metadata replica on every broker.
 */
public final class MetadataFollower implements ReplicaListener, MetadataCache {
    private static final Logger log = LoggerFactory.getLogger(MetadataFollower.class);
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int MAX_DECOMPRESSED_BYTES = 64 << 20;
    private static final long RETRY_MS = 100;

    private final EventLoop loop;
    private final MetadataState state = new MetadataState();
    private final List<Consumer<MetadataImage>> listeners = new ArrayList<>();
    private final BatchCursor cursor = new BatchCursor();
    private volatile MetadataImage image = MetadataImage.EMPTY;

    private LedPartition partition;
    private long highWatermark;
    private long next;
    private boolean reading;
    /** Set when the log could not be understood: the image stays as it was then. */
    private boolean broken;

    /** @param loop the metadata partition's */
    public MetadataFollower(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public void subscribe(Consumer<MetadataImage> listener) {
        if (loop.inEventLoop()) {
            listeners.add(listener);
            listener.accept(image);
        } else {
            loop.execute(() -> subscribe(listener));
        }
    }

    @Override
    public void leading(LedPartition partition) {}

    @Override
    public void notLeading() {}

    @Override
    public void committed(LedPartition partition, long highWatermark) {
        if (partition.loop() != loop) {
            throw new IllegalArgumentException("the metadata partition lives on another loop");
        }
        this.partition = partition;
        this.highWatermark = highWatermark;
        readOn();
    }

    private void readOn() {
        if (!reading && !broken && next < highWatermark) {
            reading = true;
            partition.readCommitted(next, CHUNK_BYTES).whenComplete(this::arrived);
        }
    }

    private void arrived(ByteBuf chunk, Throwable failure) {
        reading = false;
        if (failure != null) {
            log.warn("Metadata cannot be read at offset {}, and is tried again: {}", next, failure.toString());
            loop.schedule(this::readOn, RETRY_MS);
            return;
        }
        try {
            replay(chunk);
        } catch (RuntimeException e) {
            broken = true;
            log.error("Metadata log cannot be understood at offset {}; this broker no longer follows it", next, e);
            return;
        } finally {
            chunk.release();
        }
        publish();
        loop.execute(this::readOn);
    }

    private void replay(ByteBuf chunk) {
        long from = next;
        cursor.wrap(chunk);
        BatchCursor.Step step = cursor.next();
        for (; step == BatchCursor.Step.BATCH; step = cursor.next()) {
            if (!cursor.batch().isControl()) {
                Records.forEach(cursor.batch(), MAX_DECOMPRESSED_BYTES, state::replay);
            }
            next = cursor.batch().nextOffset();
        }
        if (step != BatchCursor.Step.END || next == from) {
            throw new IllegalStateException("unreadable log: " + step);
        }
    }

    private void publish() {
        image = state.image();
        for (Consumer<MetadataImage> listener : listeners) {
            try {
                listener.accept(image);
            } catch (RuntimeException e) {
                log.error("A listener failed on the metadata up to offset {}", image.offset(), e);
            }
        }
    }
}
