package io.flotilla.bench.load;

import java.io.IOException;
import java.util.Map;

/** What consumers that are far behind cost a producer. */
final class LaggingReaders {
    static final int PARTITIONS = 6;

    private static final int READERS = 20;
    /** Of all of them together: what they read at most is for quotas to say, and would take both cores. */
    private static final int READ_MB_PER_SECOND = 40;

    private static final int SECONDS = 20;
    private static final int TIMEOUT_SECONDS = 300;

    private LaggingReaders() {}

    static Map<String, Double> measure(Target target) throws IOException {
        String topic = "bench-readers";
        target.cluster().createTopic(topic, PARTITIONS);
        target.onMeasured().begin();
        int seconds = target.seconds(SECONDS, 3);
        return target.run(LaggingReadersLoad.class, TIMEOUT_SECONDS, topic, seconds, READERS, READ_MB_PER_SECOND);
    }
}
