package io.flotilla.broker.metrics;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Everything a broker measures. Each metric is made here once, under a name that {@code docs/metrics.md} explains; the
 * rest of the broker is handed the whole and uses the handles. Thread-safe.
 */
public final class Metrics {
    /** Upper bounds of the buckets of every duration, in seconds. */
    private static final double[] SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer =
            PrometheusTextFormatWriter.builder().build();

    private final Histogram requestSeconds = Histogram.builder()
            .name("flotilla_request_seconds")
            .help("Time from a request's arrival to its response being ready, by API")
            .labelNames("api")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
    private final io.prometheus.metrics.core.metrics.Counter requestErrors =
            byApi("flotilla_request_errors", "Requests that ended in an error as a whole, by API");
    private final io.prometheus.metrics.core.metrics.Counter requestBytes =
            byApi("flotilla_request_bytes", "Bytes received in requests, by API");
    private final io.prometheus.metrics.core.metrics.Counter responseBytes =
            byApi("flotilla_response_bytes", "Bytes sent in responses, by API");

    /** Bytes of requests received and not answered yet. */
    public final Gauge requestBytesInFlight =
            gauge("flotilla_request_in_flight_bytes", "Bytes of requests received and not answered yet");

    /** Accepted connections open now. */
    public final Gauge connections = gauge("flotilla_connections", "Accepted connections open now");

    /** Connections accepted. */
    public final Counter connectionsAccepted = counter("flotilla_connections_accepted", "Connections accepted");

    /** Connections refused because too many were open. */
    public final Counter connectionsRefused =
            counter("flotilla_connections_refused", "Connections refused because too many were open");

    /** Other brokers this one can send to now. */
    public final Gauge peersConnected = gauge("flotilla_peers_connected", "Other brokers this one can send to now");

    /** Frames to other brokers that were dropped: the link was down or full. */
    public final Counter peerFramesDropped =
            counter("flotilla_peer_frames_dropped", "Frames to other brokers dropped: the link was down or full");

    /** Bytes of frames sent to other brokers. */
    public final Counter peerBytesSent = counter("flotilla_peer_sent_bytes", "Bytes of frames sent to other brokers");

    /** Bytes of frames received from other brokers. */
    public final Counter peerBytesReceived =
            counter("flotilla_peer_received_bytes", "Bytes of frames received from other brokers");

    /** Replicas open on this broker. */
    public final Gauge replicas = gauge("flotilla_replicas", "Replicas open on this broker");

    /** Replicas that lead their partition. */
    public final Gauge replicasLeading = gauge("flotilla_replicas_leading", "Replicas that lead their partition");

    /** Replicas that know no leader of their partition. */
    public final Gauge replicasLeaderless =
            gauge("flotilla_replicas_leaderless", "Replicas that know no leader of their partition");

    /** Replicas that are being opened, or wait for it. */
    public final Gauge replicasOpening =
            gauge("flotilla_replicas_opening", "Replicas that are being opened, or wait for it");

    /** Bytes of logs read and checked when replicas were opened. */
    public final Gauge recoveredBytes =
            gauge("flotilla_recovery_scanned_bytes", "Bytes of logs read and checked when replicas were opened");

    /** Replicas that have stopped because of damage or a failed disk. */
    public final Gauge replicasStopped =
            gauge("flotilla_replicas_stopped", "Replicas that have stopped because of damage or a failed disk");

    /** Places in stored records found damaged. */
    public final Counter damageFound = counter(
            "flotilla_log_damage_found", "Places in stored records found damaged, by reads, scrubs or at start");

    /** Places in stored records repaired from other replicas. */
    public final Counter damageRepaired =
            counter("flotilla_log_damage_repaired", "Places in stored records repaired from other replicas");

    /** Bytes read to check and compare replicas. */
    public final Counter scrubbedBytes = counter(
            "flotilla_log_scrubbed_bytes", "Bytes of replicas led here that were read to check and compare them");

    /** Ranges that differ between replicas though each is sound. */
    public final Counter replicaDifferences = counter(
            "flotilla_log_replica_differences",
            "Ranges of records that differ between replicas that are sound in themselves");

    /** Bytes of batches that compaction has read. */
    public final Counter cleanerReadBytes =
            counter("flotilla_cleaner_read_bytes", "Bytes of batches that compaction has read");

    /** Bytes of batches that compaction has written. */
    public final Counter cleanerWrittenBytes =
            counter("flotilla_cleaner_written_bytes", "Bytes of batches that compaction has written");

    /** When a compaction was last completed, in seconds since the epoch; 0 before the first. */
    public final Gauge cleanerLastSeconds = gauge(
            "flotilla_cleaner_last_completed_seconds",
            "When a compaction was last completed, in seconds since the epoch; 0 before the first");

    /** The largest share of a partition here that was not compacted yet, in percent, when the cleaner last looked. */
    public final Gauge cleanerMaxDirtyPercent = gauge(
            "flotilla_cleaner_max_dirty_percent",
            "The largest share of a partition that was not compacted yet, in percent, when the cleaner last looked");

    /** Partitions whose compaction failed, and is not tried for a while. */
    public final Gauge cleanerUncleanable = gauge(
            "flotilla_cleaner_uncleanable_partitions",
            "Partitions whose compaction failed, and is not tried for a while");

    /** Partitions led here whose members are not the wanted ones yet. */
    public final Gauge membersChanging =
            gauge("flotilla_members_changing", "Partitions led here whose members are not the wanted ones yet");

    /** Entries that new replicas of partitions led here have still to copy. */
    public final Gauge membersLag =
            gauge("flotilla_members_lag", "Entries that new replicas of partitions led here have still to copy");

    /** Log directories that take no more writes. */
    public final Gauge logDirectoriesFailed =
            gauge("flotilla_log_directories_failed", "Log directories that take no more writes");

    /** Log directories where new records are refused for want of space. */
    public final Gauge logDirectoriesShortOfSpace = gauge(
            "flotilla_log_directories_short_of_space",
            "Log directories where new records are refused for want of space");

    /** Offset of the last record of cluster metadata this broker has applied. */
    public final Gauge metadataOffset =
            gauge("flotilla_metadata_offset", "Offset of the last record of cluster metadata this broker has applied");

    public Metrics() {
        JvmMetrics.register(registry);
    }

    /** The handles for one API, by its name in the protocol's documentation. */
    public ApiMetrics api(String name) {
        return new ApiMetrics(
                new Timing(requestSeconds.labelValues(name)),
                new Counter(requestErrors.labelValues(name)),
                new Counter(requestBytes.labelValues(name)),
                new Counter(responseBytes.labelValues(name)));
    }

    /** Writes the current values in the Prometheus text format. */
    public void write(OutputStream out) throws IOException {
        writer.write(out, snapshots(), io.prometheus.metrics.config.EscapingScheme.DEFAULT);
    }

    MetricSnapshots snapshots() {
        return registry.scrape();
    }

    private io.prometheus.metrics.core.metrics.Counter byApi(String name, String help) {
        return io.prometheus.metrics.core.metrics.Counter.builder()
                .name(name)
                .help(help)
                .labelNames("api")
                .register(registry);
    }

    private Counter counter(String name, String help) {
        return new Counter(io.prometheus.metrics.core.metrics.Counter.builder()
                .name(name)
                .help(help)
                .register(registry));
    }

    private Gauge gauge(String name, String help) {
        Gauge gauge = new Gauge();
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(gauge.value()))
                .register(registry);
        return gauge;
    }
}
