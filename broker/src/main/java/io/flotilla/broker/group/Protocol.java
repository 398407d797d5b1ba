package io.flotilla.broker.group;

import java.util.Arrays;

/** An assignment protocol a member can follow, and the metadata (for consumers: the subscription) that goes with it. */
public record Protocol(String name, byte[] metadata) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Protocol that && name.equals(that.name) && Arrays.equals(metadata, that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(metadata);
    }
}
