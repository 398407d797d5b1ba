package io.flotilla.broker.cluster;

import java.util.function.Consumer;

/** The newest committed image on this broker. Thread-safe. */
public interface MetadataCache {
    /** Never null; empty before the metadata log was read. */
    MetadataImage image();

    /** Calls the listener with every new image, in order, on the metadata partition's loop; first with the current one. */
    void subscribe(Consumer<MetadataImage> listener);
}
