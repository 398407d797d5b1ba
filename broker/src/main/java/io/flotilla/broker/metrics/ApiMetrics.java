package io.flotilla.broker.metrics;

/** What is measured of one API. */
public final class ApiMetrics {
    private final Timing duration;
    private final Counter errors;
    private final Counter requestBytes;
    private final Counter responseBytes;

    ApiMetrics(Timing duration, Counter errors, Counter requestBytes, Counter responseBytes) {
        this.duration = duration;
        this.errors = errors;
        this.requestBytes = requestBytes;
        this.responseBytes = responseBytes;
    }

    /**
     * A request is done with.
     *
     * @param nanos from the request's arrival to its response being ready; includes time the client asked to wait
     * @param requestSize bytes received
     * @param responseSize bytes to be sent; 0 when there is no response
     */
    public void answered(long nanos, int requestSize, int responseSize) {
        duration.observe(nanos);
        requestBytes.add(requestSize);
        responseBytes.add(responseSize);
    }

    /** A request as a whole ended in an error. Errors of single topics or partitions in a response do not count. */
    public void failed() {
        errors.increment();
    }
}
