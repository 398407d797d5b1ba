package io.flotilla.itests.chaos;

import io.flotilla.check.Event.Bound;
import io.flotilla.check.Event.BoundTold;
import io.flotilla.check.Event.Source;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Asks again and again where partitions begin and end, on a thread of its own. */
final class BoundsWatch implements AutoCloseable {
    private static final int PAUSE_MS = 200;
    private static final int LIMIT_MS = 4000;

    private record Question(Bound bound, OffsetSpec spec, IsolationLevel level) {}

    private static final List<Question> QUESTIONS = List.of(
            new Question(Bound.HIGH_WATERMARK, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED),
            new Question(Bound.LAST_STABLE_OFFSET, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED),
            new Question(Bound.LOG_START, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED));

    private final List<Partition> partitions;
    private final History history;
    private final Admin admin;
    private final Thread thread;
    private volatile boolean stopped;

    BoundsWatch(String bootstrap, List<Partition> partitions, History history) {
        this.partitions = partitions;
        this.history = history;
        this.admin = Admin.create(
                Map.of("bootstrap.servers", bootstrap, "request.timeout.ms", 2000, "default.api.timeout.ms", LIMIT_MS));
        this.thread = new Thread(this::run, "bounds");
        thread.start();
    }

    private void run() {
        try (admin) {
            for (int i = 0; !stopped; i++) {
                ask(QUESTIONS.get(i % QUESTIONS.size()));
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Question question) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> specs = new LinkedHashMap<>();
        partitions.forEach(partition -> specs.put(Reader.kafkas(partition), question.spec()));
        long since = history.mark();
        ListOffsetsResult answers = admin.listOffsets(specs, new ListOffsetsOptions(question.level()));
        for (Partition partition : partitions) {
            try {
                long offset =
                        answers.partitionResult(Reader.kafkas(partition)).get().offset();
                history.add(new BoundTold(Source.CURRENT, partition, question.bound(), offset, since));
            } catch (ExecutionException e) {
                // No answer in time tells nothing.
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        Threads.join(thread);
    }
}
