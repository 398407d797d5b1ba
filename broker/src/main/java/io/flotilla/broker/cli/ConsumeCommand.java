package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.Fetcher;
import io.flotilla.broker.cli.client.GroupMember;
import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.Topics;
import io.flotilla.wire.record.Record;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla consume}. */
@Command(
        name = "consume",
        description = {
            "Print a topic's records: those to come, unless told where to begin. Ends with Ctrl-C, or as asked.",
            "With --group, as a member of a consumer group: from where the group stopped, and committing offsets."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all records that were asked for",
            "1:failed, or fewer than --max-messages before --timeout-ms was over",
            "2:wrong usage"
        })
final class ConsumeCommand implements Runnable {
    private static final long STOP_PATIENCE_MS = 3_000;

    private final OutputStream stdout;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BootstrapOption cluster;

    @Parameters(paramLabel = "TOPIC", description = "The topic's name.")
    private String topic;

    @Option(
            names = "--from-beginning",
            description = "Begin with the oldest record; in a group, where it has no offset yet.")
    private boolean fromBeginning;

    @Option(names = "--partition", paramLabel = "N", description = "Only this partition.")
    private Integer partition;

    @Option(names = "--offset", paramLabel = "N", description = "Begin at this offset; needs --partition.")
    private Long offset;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "ID",
            description = "Join this consumer group.")
    private String group;

    @Option(
            names = {"-n", "--max-messages"},
            paramLabel = "N",
            description = "End after so many records.")
    private Long maxMessages;

    @Option(names = "--timeout-ms", paramLabel = "MS", description = "End when no record came for so long.")
    private Long timeoutMs;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "PATTERN",
            defaultValue = "%s\\n",
            description = {"How to print a record: " + RecordFormat.LETTERS + ".", "(default: %%s\\n)"})
    private String pattern;

    private RecordFormat format;
    private OutputStream out;
    private volatile boolean stopping;
    private long printed;
    private long lastPrinted;

    ConsumeCommand(OutputStream stdout) {
        this.stdout = stdout;
    }

    @Override
    public void run() {
        checkUsage();
        out = new BufferedOutputStream(stdout);
        CountDownLatch done = new CountDownLatch(1);
        Thread onInterrupt = new Thread(() -> stopAndWait(done), "interrupted");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try (KafkaClient client = cluster.connect()) {
            if (group != null) {
                readInGroup(client);
            } else {
                readAlone(client);
            }
            out.flush();
        } catch (OutputClosed | IOException e) {
            // Whoever read the output, such as head, has enough.
            return;
        } finally {
            done.countDown();
            if (!stopping) {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            }
        }
        if (!stopping && maxMessages != null && printed < maxMessages) {
            throw new CommandException(
                    "only " + printed + " of " + maxMessages + " records came before --timeout-ms was over");
        }
    }

    /** Ctrl-C: lets the reading end where it is, so that offsets are committed and the group is left. */
    private void stopAndWait(CountDownLatch done) {
        stopping = true;
        try {
            done.await(STOP_PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkUsage() {
        require(offset == null || partition != null, "--offset needs --partition");
        require(offset == null || !fromBeginning, "--offset and --from-beginning exclude each other");
        require(group == null || partition == null, "--group and --partition exclude each other: the group assigns");
        require(offset == null || offset >= 0, "--offset must be 0 or more");
        require(maxMessages == null || maxMessages > 0, "--max-messages must be 1 or more");
        require(timeoutMs == null || timeoutMs > 0, "--timeout-ms must be 1 or more");
        try {
            format = new RecordFormat(pattern, topic);
        } catch (IllegalArgumentException e) {
            require(false, "--format: " + e.getMessage());
        }
    }

    private void require(boolean right, String message) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void readInGroup(KafkaClient client) throws IOException {
        long start = fromBeginning ? Topics.EARLIEST : Topics.LATEST;
        try (GroupMember member = new GroupMember(client, group, topic, start)) {
            member.ensureJoined();
            lastPrinted = System.nanoTime();
            while (goOn()) {
                member.poll(this::print);
                out.flush();
            }
        }
    }

    private void readAlone(KafkaClient client) throws IOException {
        Fetcher fetcher = new Fetcher(client, topic);
        fetcher.assign(positions(client, fetcher));
        lastPrinted = System.nanoTime();
        while (goOn()) {
            fetcher.poll(this::print);
            out.flush();
        }
    }

    private SortedMap<Integer, Long> positions(KafkaClient client, Fetcher fetcher) {
        if (partition != null && !fetcher.partitions().contains(partition)) {
            throw new CommandException(topic + " has no partition " + partition + "; it has "
                    + fetcher.partitions().size() + ", counted from 0");
        }
        if (offset != null) {
            return new TreeMap<>(Map.of(partition, offset));
        }
        SortedMap<Integer, Long> positions =
                new Topics(client).offsets(topic, fromBeginning ? Topics.EARLIEST : Topics.LATEST);
        if (partition != null) {
            positions.keySet().retainAll(Set.of(partition));
        }
        return positions;
    }

    private boolean goOn() {
        boolean timedOut =
                timeoutMs != null && TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastPrinted) >= timeoutMs;
        return !stopping && !timedOut && (maxMessages == null || printed < maxMessages);
    }

    private boolean print(int fromPartition, Record record) {
        try {
            format.write(fromPartition, record, out);
        } catch (IOException e) {
            throw new OutputClosed();
        }
        printed++;
        lastPrinted = System.nanoTime();
        return goOn();
    }

    /** Carries the end of the output out of a callback. */
    private static final class OutputClosed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutputClosed() {
            super("the output was closed", null, false, false);
        }
    }
}
