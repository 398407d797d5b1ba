package io.flotilla.broker.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** How long something takes, as a histogram. Thread-safe and cheap. */
public final class Timing {
    private static final double NANOS_PER_SECOND = 1e9;

    private final DistributionDataPoint point;

    Timing(DistributionDataPoint point) {
        this.point = point;
    }

    /** Counts one occurrence that took so many nanoseconds. */
    public void observe(long nanos) {
        point.observe(nanos / NANOS_PER_SECOND);
    }
}
