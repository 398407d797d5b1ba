package io.flotilla.broker.cli;

import io.flotilla.broker.Broker;
import io.flotilla.broker.StartException;
import io.flotilla.broker.config.BrokerConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code flotilla warm-up}: a broker and the usual commands, one after another in this one process, on data that is thrown away.
 * Not for people: {@code bin/flotilla} runs it once and has the JVM write down at its exit which classes that took, so that brokers
 * and commands need not load and check them one by one whenever they start.
 */
@Command(
        name = "warm-up",
        hidden = true,
        description = "Exercise a broker and the usual commands on data that is thrown away.")
final class WarmUpCommand implements Callable<Integer> {
    private static final String TOPIC = "warm-up";
    private static final int RECORDS = 1000;
    private static final int READY_SECONDS = 60;

    @Override
    public Integer call() throws IOException {
        Path dir = Files.createTempDirectory("flotilla-warm-up");
        try {
            return exercise(dir);
        } finally {
            delete(dir);
        }
    }

    private static int exercise(Path dir) throws IOException {
        String address = "127.0.0.1:" + freePort();
        Path properties = dir.resolve("server.properties");
        Files.writeString(properties, "");
        BrokerConfig config = BrokerConfig.load(
                properties,
                Map.of(
                        "node.id",
                        "1",
                        "listeners",
                        "PLAINTEXT://" + address,
                        "metrics.listener",
                        "127.0.0.1:" + freePort(),
                        "log.dirs",
                        dir.resolve("data").toString(),
                        "offsets.topic.num.partitions",
                        "1"));
        Broker broker;
        try {
            broker = Broker.start(config);
        } catch (StartException e) {
            throw new CommandException(e.getMessage());
        }
        try {
            broker.ready().orTimeout(READY_SECONDS, TimeUnit.SECONDS).join();
            commands(address).forEach(WarmUpCommand::run);
            return 0;
        } finally {
            broker.shutdown();
        }
    }

    private static List<String> commands(String address) {
        return Stream.of(
                        "topic create " + TOPIC,
                        "produce " + TOPIC,
                        "consume " + TOPIC + " --group " + TOPIC + " --from-beginning --max-messages " + RECORDS,
                        "topic describe " + TOPIC,
                        "group list")
                .map(command -> command + " --bootstrap-server " + address)
                .toList();
    }

    private static void run(String command) {
        InputStream in = new ByteArrayInputStream("some text\n".repeat(RECORDS).getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        if (Flotilla.run(in, OutputStream.nullOutputStream(), errors, command.split(" ")) != 0) {
            throw new CommandException("'" + command + "' failed: " + errors.toString(StandardCharsets.UTF_8));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
