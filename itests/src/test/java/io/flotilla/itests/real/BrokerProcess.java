package io.flotilla.itests.real;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One broker in a JVM of its own, with this test's class path. Its directory holds {@code server.properties}, {@code data} and
 * {@code flotilla.log}, to which every start appends.
 */
final class BrokerProcess {
    /** Measurements turn it off, as it takes more time than what is measured. */
    private static final String LEAK_DETECTION = System.getProperty("flotilla.leaks", "paranoid");

    private static final int HEAP_MB = 512;
    private static final int STOP_SECONDS = 60;
    private static final int HTTP_LIMIT_MS = 5000;

    private final Path home;
    private final Site site;
    private Process process;
    private boolean wanted;

    BrokerProcess(Path home, Site site) {
        this.home = home;
        this.site = site;
    }

    Site site() {
        return site;
    }

    Path data() {
        return data(home);
    }

    /** Where a broker in this directory keeps its data. */
    static Path data(Path home) {
        return home.resolve("data");
    }

    /** What it has logged so far, over all its starts. */
    String log() throws IOException {
        Path file = home.resolve("flotilla.log");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Whether it was started and not ended by {@link #kill} or {@link #stop} since. */
    boolean isWanted() {
        return wanted;
    }

    void writeProperties(Map<String, String> properties) throws IOException {
        Files.createDirectories(home);
        Files.writeString(
                home.resolve("server.properties"),
                properties.entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    void start() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("it runs already, as process " + pid());
        }
        List<String> words = new ArrayList<>(site.prefix());
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MB + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dio.netty.leakDetection.level=" + LEAK_DETECTION,
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "io.flotilla.broker.cli.Flotilla",
                "start",
                home.resolve("server.properties").toString()));
        process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("flotilla.log").toFile()))
                .start();
        wanted = true;
    }

    /** Ends it with SIGKILL and waits until it is gone. */
    void kill() throws InterruptedException {
        wanted = false;
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Ends it with SIGTERM and returns its exit code. */
    int stop() throws InterruptedException {
        wanted = false;
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not stop within " + STOP_SECONDS + " s of SIGTERM");
        }
        return process.exitValue();
    }

    /** Whether it says itself that it serves. */
    boolean isReady() {
        try {
            return open("/health/ready").getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** What a metric without labels stands at. */
    double metric(String name) {
        try (InputStream page = open("/metrics").getInputStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        URI address = URI.create("http://" + site.metricsAddress() + path);
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(HTTP_LIMIT_MS);
        connection.setReadTimeout(HTTP_LIMIT_MS);
        return connection;
    }
}
