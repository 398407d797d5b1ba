package io.flotilla.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private final Metrics metrics = new Metrics();
    private final Health health = new Health();
    private MetricsServer server;

    @BeforeEach
    void start() throws IOException {
        server = new MetricsServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Runnable::run, metrics, health);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> request(String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void metricsAreShownAsPrometheusText() throws Exception {
        metrics.api("Fetch").answered(2_000_000, 100, 5_000);
        metrics.api("Fetch").failed();
        metrics.connections.follow(() -> 7);
        metrics.connectionsAccepted.add(3);
        HttpResponse<String> response = request("GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(response.body().lines())
                .contains(
                        "# TYPE flotilla_request_seconds histogram",
                        "flotilla_request_seconds_bucket{api=\"Fetch\",le=\"0.001\"} 0",
                        "flotilla_request_seconds_bucket{api=\"Fetch\",le=\"0.0025\"} 1",
                        "flotilla_request_seconds_count{api=\"Fetch\"} 1",
                        "flotilla_request_errors_total{api=\"Fetch\"} 1.0",
                        "flotilla_request_bytes_total{api=\"Fetch\"} 100.0",
                        "flotilla_response_bytes_total{api=\"Fetch\"} 5000.0",
                        "flotilla_connections 7.0",
                        "flotilla_connections_accepted_total 3.0")
                .anyMatch(line -> line.startsWith("jvm_heap_used_bytes "))
                .anyMatch(line -> line.startsWith("process_open_fds "));
    }

    @Test
    void readyNamesWhatIsMissingUntilNothingIs() throws Exception {
        AtomicReference<String> metadata = new AtomicReference<>("metadata is not known yet");
        AtomicReference<String> replicas = new AtomicReference<>("replicas are recovering: 3 of 5 done");
        health.require("replicas", replicas::get);
        health.require("metadata", metadata::get);
        HttpResponse<String> before = request("GET", "/health/ready");
        assertThat(before.statusCode()).isEqualTo(503);
        assertThat(before.body()).isEqualTo("metadata is not known yet\nreplicas are recovering: 3 of 5 done\n");
        metadata.set(null);
        assertThat(request("GET", "/health/ready").body()).isEqualTo("replicas are recovering: 3 of 5 done\n");
        replicas.set(null);
        HttpResponse<String> after = request("GET", "/health/ready");
        assertThat(after.statusCode()).isEqualTo(200);
        assertThat(after.body()).isEqualTo("ready\n");
    }

    @Test
    void aliveIsAliveEvenWhenNotReady() throws Exception {
        health.require("anything", () -> "missing");
        assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(request("GET", "/metrics/and/more").statusCode()).isEqualTo(404);
        assertThat(request("GET", "/").statusCode()).isEqualTo(404);
        assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);
        HttpResponse<String> head = request("HEAD", "/health/live");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void anAddressInUseIsNamedInTheError() {
        assertThatThrownBy(() -> new MetricsServer(server.address(), Runnable::run, metrics, health))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(server.address().getPort()));
    }
}
