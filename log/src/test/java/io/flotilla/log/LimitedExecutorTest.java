package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LimitedExecutorTest {
    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private final LimitedExecutor limited = new LimitedExecutor(threads::add, 2);

    @Test
    void takesNoMoreThreadsThanItsShareAndKeepsTheOrder() {
        for (int i = 0; i < 5; i++) {
            int number = i;
            limited.execute(() -> done.add(number));
        }
        assertThat(threads).hasSize(2);
        for (int i = 1; i <= 5; i++) {
            threads.remove().run();
            assertThat(threads).hasSize(Math.min(2, 5 - i));
        }
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
        limited.execute(() -> done.add(5));
        threads.remove().run();
        assertThat(done).hasSize(6);
    }

    @Test
    void goesOnAfterATaskThatFails() {
        for (int i = 0; i < 3; i++) {
            int number = i;
            limited.execute(() -> {
                done.add(number);
                throw new IllegalStateException("on purpose");
            });
        }
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> threads.remove().run()).hasMessage("on purpose");
        }
        assertThat(done).containsExactly(0, 1, 2);
    }

    @Test
    void losesNoTaskAmongThreads() throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            LimitedExecutor shared = new LimitedExecutor(pool, 2);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch left = new CountDownLatch(10_000);
            for (int i = 0; i < 10_000; i++) {
                shared.execute(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    running.decrementAndGet();
                    left.countDown();
                });
            }
            assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(most.get()).isLessThanOrEqualTo(2);
        } finally {
            pool.shutdown();
        }
    }
}
