package io.flotilla.broker.cli.local;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.HostPort;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One broker of a local cluster: its directory with {@code server.properties}, {@code data}, {@code flotilla.log} and
 * {@code pid}, and the process that runs from it, if any.
 */
public final class LocalBroker {
    private static final int HTTP_TIMEOUT_MS = 1_000;
    private static final long PID_MAX = 1L << 32;

    private final Path dir;
    private final BrokerConfig config;

    /** Opens a broker's directory, which holds at least its {@code server.properties}. */
    LocalBroker(Path dir) throws IOException {
        this.dir = dir;
        this.config = BrokerConfig.load(dir.resolve("server.properties"), Map.of());
    }

    public int id() {
        return config.nodeId();
    }

    /** Where clients connect. */
    public HostPort address() {
        return config.advertised();
    }

    public Path log() {
        return dir.resolve("flotilla.log");
    }

    Path dir() {
        return dir;
    }

    HostPort metricsAddress() {
        return config.get(BrokerProperties.METRICS_LISTENER);
    }

    /** The running process. A pid file alone proves nothing: the process must also have been started from this directory. */
    public Optional<ProcessHandle> process() {
        return pid().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).filter(this::runsThisBroker);
    }

    private Optional<Long> pid() {
        try {
            long pid = Long.parseLong(Files.readString(pidFile()).trim());
            return pid > 0 && pid < PID_MAX ? Optional.of(pid) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private boolean runsThisBroker(ProcessHandle process) {
        return commandLine(process).contains(dir.resolve("server.properties").toString());
    }

    private static String commandLine(ProcessHandle process) {
        try {
            // ProcessHandle cuts long command lines short; the kernel's own file does not.
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            return process.info().commandLine().orElse("");
        }
    }

    /** True when the broker says that it serves. */
    public boolean ready() {
        try {
            URI uri = URI.create("http://" + metricsAddress() + "/health/ready");
            HttpURLConnection http = (HttpURLConnection) uri.toURL().openConnection();
            http.setConnectTimeout(HTTP_TIMEOUT_MS);
            http.setReadTimeout(HTTP_TIMEOUT_MS);
            try {
                return http.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                http.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws LocalClusterException when another program holds a port that this broker needs */
    void requirePorts() {
        for (HostPort address : List.of(config.listener(), metricsAddress())) {
            try {
                new ServerSocket(address.port(), 1, InetAddress.getByName(address.host())).close();
            } catch (IOException e) {
                throw new LocalClusterException("port " + address.port() + " on " + address.host()
                        + ", which broker " + id()
                        + " needs, is in use: stop the program that holds it, or choose other"
                        + " ports with --base-port and another --dir");
            }
        }
    }

    /**
     * Starts the broker, detached: it outlives this process and its terminal.
     *
     * @param script bin/flotilla, which knows how a broker's JVM is run
     * @param heap for the JVM, as {@code 512m}; null for the script's default
     */
    Process spawn(Path script, String heap) throws IOException {
        List<String> command = new ArrayList<>();
        // A session of its own keeps the terminal's Ctrl-C and hang-up away; where there is no setsid, nohup does half.
        command.add(onPath("setsid") ? "setsid" : "nohup");
        command.addAll(List.of(
                script.toString(), "start", dir.resolve("server.properties").toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("FLOTILLA_NO_BUILD", "1");
        if (heap != null) {
            builder.environment().put("FLOTILLA_HEAP", heap);
        }
        builder.redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .redirectErrorStream(true);
        Process process = builder.start();
        Files.writeString(pidFile(), process.pid() + "\n");
        return process;
    }

    /** The last lines of the broker's log, for a message about why it did not start. */
    List<String> logTail(int lines) {
        try {
            List<String> all = Files.readAllLines(log());
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    void forgetPid() throws IOException {
        Files.deleteIfExists(pidFile());
    }

    private Path pidFile() {
        return dir.resolve("pid");
    }

    private static boolean onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }
}
