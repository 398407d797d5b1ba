package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LearnerThrottleTest {
    private final AtomicInteger heldBack = new AtomicInteger();
    private final LearnerThrottle throttle = new LearnerThrottle(heldBack::incrementAndGet);
    private final List<String> done = new ArrayList<>();

    private void admit(String read, int bytes) {
        throttle.admit(() -> {
            done.add(read);
            throttle.spent(bytes);
        });
    }

    @Test
    void withoutALimitNothingWaits() {
        admit("a", 1 << 20);
        admit("b", 1 << 20);
        assertThat(done).containsExactly("a", "b");
        assertThat(throttle.isHoldingBack()).isFalse();
        assertThat(heldBack).hasValue(0);
    }

    @Test
    void whatWasReadIsPaidForByTheTicksAfter() {
        throttle.limit(100);
        throttle.tick();
        admit("a", 300);
        assertThat(throttle.isHoldingBack()).isFalse();
        admit("b", 10);
        assertThat(done).containsExactly("a");
        assertThat(throttle.isHoldingBack()).isTrue();
        assertThat(heldBack).hasValue(1);
        throttle.tick();
        throttle.tick();
        assertThat(done).as("200 bytes too many, and nothing is left").containsExactly("a");
        throttle.tick();
        assertThat(done).containsExactly("a", "b");
        assertThat(throttle.isHoldingBack()).isFalse();
    }
}
