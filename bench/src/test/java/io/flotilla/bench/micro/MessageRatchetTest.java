package io.flotilla.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many frames brokers send each other when nothing happens. That idle groups send none is held by the tests of the hosts. */
class MessageRatchetTest {
    @Test
    void aRoundOfHeartbeatsIsOneFrameInEachDirectionOfAPair() {
        HeartbeatBenchmark pair = new HeartbeatBenchmark();
        pair.setUp();
        long before = pair.round();
        int rounds = 100;
        long after = before;
        for (int i = 0; i < rounds; i++) {
            after = pair.round();
        }
        assertThat(after - before).isEqualTo(2L * rounds);
    }
}
