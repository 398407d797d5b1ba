package io.flotilla.log.flush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Operation;
import io.flotilla.log.fs.TooManyOpenFilesException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DirectorySyncTest {
    private static final Path DIRECTORY = Path.of("/d");
    private static final int OTHERS = 9;

    private final MemoryFileSystem files = new MemoryFileSystem();
    private final DirectorySync names = new DirectorySync(files, DIRECTORY);
    private final AtomicInteger syncs = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger shortages = new AtomicInteger();

    @BeforeEach
    void make() throws IOException {
        files.createDirectories(DIRECTORY);
    }

    @Test
    void aloneItSyncsEachTime() throws IOException {
        files.setFaults((operation, path) -> syncs.incrementAndGet());
        names.sync();
        names.sync();
        assertThat(syncs).hasValue(2);
    }

    @Test
    void allWhoComeDuringASyncShareTheNext() throws Exception {
        shared(null);
        assertThat(syncs).hasValue(2);
        assertThat(failures).hasValue(0);
    }

    @Test
    void allWhoShareASyncHearThatItFailed() throws Exception {
        shared(new IOException("broken"));
        assertThat(syncs).hasValue(2);
        assertThat(failures).hasValue(OTHERS);
        assertThat(shortages).hasValue(0);
    }

    @Test
    void allWhoShareASyncHearThatItWasNotBegun() throws Exception {
        shared(new TooManyOpenFilesException(DIRECTORY, null));
        assertThat(failures).hasValue(OTHERS);
        assertThat(shortages).hasValue(OTHERS);
    }

    @Test
    void aFailureIsNotTheNextOnes() throws IOException {
        files.setFaults((operation, path) -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(names::sync).hasMessageContaining("broken");
        files.setFaults((operation, path) -> {});
        names.sync();
    }

    /** One caller syncs, and is held in it until all others wait. */
    private void shared(IOException second) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        files.setFaults((operation, path) -> {
            assertThat(operation).isEqualTo(Operation.SYNC_DIRECTORY);
            if (syncs.incrementAndGet() > 1) {
                if (second != null) {
                    throw second;
                }
                return;
            }
            inside.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        List<Thread> callers = new ArrayList<>();
        callers.add(call());
        inside.await();
        for (int i = 0; i < OTHERS; i++) {
            callers.add(call());
        }
        while (callers.stream().skip(1).anyMatch(caller -> caller.getState() != Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
        held.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
    }

    private Thread call() {
        Thread caller = new Thread(() -> {
            try {
                names.sync();
            } catch (IOException e) {
                failures.incrementAndGet();
                shortages.addAndGet(e instanceof TooManyOpenFilesException ? 1 : 0);
            }
        });
        caller.start();
        return caller;
    }
}
