package io.flotilla.broker.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Shows metrics and health over HTTP: {@code /metrics} in the Prometheus text format, {@code /health/live} which answers as
 * long as the process does, and {@code /health/ready} with status 503 and one line per reason until the broker is ready.
 */
public final class MetricsServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;

    /**
     * Starts serving.
     *
     * @param address port 0 takes any free port, see {@link #address}
     * @param executor runs the requests; may block
     * @throws IOException when the address cannot be bound; the message names it
     */
    public MetricsServer(InetSocketAddress address, Executor executor, Metrics metrics, Health health)
            throws IOException {
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("cannot serve metrics on " + address + ": " + e.getMessage(), e);
        }
        server.setExecutor(executor);
        page("/metrics", () -> metricsPage(metrics));
        page("/health/live", () -> new Page(OK, TEXT, "alive\n".getBytes(StandardCharsets.UTF_8)));
        page("/health/ready", () -> readyPage(health));
        server.start();
    }

    /** The address actually bound. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static Page metricsPage(Metrics metrics) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.write(out);
        return new Page(OK, PrometheusTextFormatWriter.CONTENT_TYPE, out.toByteArray());
    }

    private static Page readyPage(Health health) {
        List<String> problems = health.problems();
        String text = problems.isEmpty() ? "ready\n" : String.join("\n", problems) + "\n";
        return new Page(problems.isEmpty() ? OK : UNAVAILABLE, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private void page(String path, PageSource source) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answer(exchange, path, source);
            }
        });
    }

    private static void answer(HttpExchange exchange, String path, PageSource source) throws IOException {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
        } else if (!exchange.getRequestURI().getPath().equals(path)) {
            // A context also gets every path below its own.
            exchange.sendResponseHeaders(NOT_FOUND, -1);
        } else {
            Page page = source.page();
            exchange.getResponseHeaders().set("Content-Type", page.type());
            boolean head = method.equals("HEAD");
            exchange.sendResponseHeaders(page.status(), head || page.body().length == 0 ? -1 : page.body().length);
            if (!head) {
                exchange.getResponseBody().write(page.body());
            }
        }
    }

    private interface PageSource {
        Page page() throws IOException;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Page(int status, String type, byte[] body) {}
}
