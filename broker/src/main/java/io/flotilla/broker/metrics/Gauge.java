package io.flotilla.broker.metrics;

import java.util.function.LongSupplier;

/** A number that goes up and down, looked at when somebody asks; zero until it has a source. */
public final class Gauge {
    private volatile LongSupplier source = () -> 0;

    Gauge() {}

    /** Where the number comes from; called from the endpoint's thread, so the source must be safe to read from any. */
    public void follow(LongSupplier source) {
        this.source = source;
    }

    long value() {
        return source.getAsLong();
    }
}
