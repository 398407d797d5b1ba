package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.Producer;
import io.flotilla.wire.record.Compression;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code flotilla produce}. */
@Command(
        name = "produce",
        description = {
            "Write the lines of the standard input to a topic, one record each, until the input ends.",
            "A topic that does not exist is created if the cluster allows that."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every record was acknowledged", "1:some were not", "2:wrong usage"})
final class ProduceCommand implements Runnable {
    private final InputStream in;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BootstrapOption cluster;

    @Parameters(paramLabel = "TOPIC", description = "The topic's name.")
    private String topic;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What stands before this in a line is the record's key. Lines without it are refused.")
    private String keySeparator;

    @Option(
            names = "--acks",
            paramLabel = "WHO",
            defaultValue = "all",
            description =
                    "all: wait for a majority; 1: the same in Flotilla; 0: do not wait (default: ${DEFAULT-VALUE}).")
    private Acks acks;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            defaultValue = "none",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Compression compression;

    ProduceCommand(InputStream in) {
        this.in = in;
    }

    /** Named as users type them. */
    enum Acks {
        ALL((short) -1, "all"),
        ONE((short) 1, "1"),
        NONE((short) 0, "0");

        private final short code;
        private final String word;

        Acks(short code, String word) {
            this.code = code;
            this.word = word;
        }

        static Acks of(String word) {
            for (Acks acks : values()) {
                if (acks.word.equals(word) || (acks == ALL && word.equals("-1"))) {
                    return acks;
                }
            }
            throw new TypeConversionException("'" + word + "' is none of all, 1 and 0");
        }

        @Override
        public String toString() {
            return word;
        }
    }

    @Override
    public void run() {
        try (KafkaClient client = cluster.connect();
                Producer producer = new Producer(client, topic, acks.code, compression)) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(producer, line, ++number);
                // Whoever types wants each line sent; whoever pipes wants full batches.
                if (!lines.ready()) {
                    producer.flush();
                }
            }
            producer.flush();
            long written = producer.acknowledged();
            String records = written == 1 ? " record" : " records";
            spec.commandLine().getErr().println("Wrote " + written + records + " to " + topic);
        } catch (IOException e) {
            throw new CommandException("reading the standard input: " + e.getMessage());
        }
    }

    private void add(Producer producer, String line, long number) {
        if (keySeparator == null) {
            producer.add(null, bytes(line));
            return;
        }
        int at = line.indexOf(keySeparator);
        if (at < 0) {
            producer.flush();
            throw new CommandException("line " + number + " has no key separator '" + keySeparator + "'; the "
                    + producer.acknowledged() + " records before it were written");
        }
        producer.add(bytes(line.substring(0, at)), bytes(line.substring(at + keySeparator.length())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
