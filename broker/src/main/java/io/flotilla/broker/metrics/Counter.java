package io.flotilla.broker.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/** A number that only grows, from zero at the start of the process. Thread-safe and cheap. */
public final class Counter {
    private final CounterDataPoint point;

    Counter(CounterDataPoint point) {
        this.point = point;
    }

    public void increment() {
        point.inc();
    }

    public void add(long amount) {
        point.inc(amount);
    }
}
