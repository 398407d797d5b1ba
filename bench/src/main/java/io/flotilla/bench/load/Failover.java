package io.flotilla.bench.load;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How long acknowledgements stay away when a broker dies, and whether any record is lost or stored twice. */
final class Failover {
    private static final int TIMEOUT_SECONDS = 300;
    private static final int SECONDS = 40;
    /** Kafka needs more than ten seconds to notice, so a shorter run would show nothing. */
    private static final int LEAST_SECONDS = 28;

    private Failover() {}

    static Map<String, Double> measure(Target target) throws IOException {
        String topic = "bench-failover";
        target.cluster().createTopic(topic, FailoverLoad.PARTITIONS);
        int seconds = target.seconds(SECONDS, LEAST_SECONDS);
        List<Long> pids = target.cluster().pids();
        target.onMeasured().begin();
        long victim = pids.get(pids.size() - 1);
        return target.run(FailoverLoad.class, TIMEOUT_SECONDS, topic, seconds, victim, seconds / 4);
    }
}
