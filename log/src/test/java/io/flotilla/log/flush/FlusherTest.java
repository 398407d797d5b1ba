package io.flotilla.log.flush;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.GroupId;
import io.flotilla.log.LogFailure;
import io.flotilla.log.Tasks;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.NoSpaceException;
import io.flotilla.log.fs.TooManyOpenFilesException;
import io.flotilla.log.redo.RedoFrame;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.redo.RedoLap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlusherTest {
    private final Tasks tasks = new Tasks();
    private final List<LogFailure> fences = new ArrayList<>();
    private final Flusher flusher = new Flusher(Path.of("/d"), tasks.background, 3, fences::add);

    /** Counts what it is asked to do. */
    private static class Target extends FlushTarget {
        int flushes;
        int abandoned;
        IOException broken;

        @Override
        protected void flush() throws IOException {
            flushes++;
            if (broken != null) {
                throw broken;
            }
        }

        @Override
        protected void abandon(LogFailure failure) {
            abandoned++;
        }
    }

    @Test
    void oneFlushCoversAllMarksBeforeIt() {
        Target target = new Target();
        flusher.markDirty(target);
        flusher.markDirty(target);
        tasks.runAll();
        assertThat(target.flushes).isEqualTo(1);
        flusher.markDirty(target);
        tasks.runAll();
        assertThat(target.flushes).isEqualTo(2);
    }

    @Test
    void whatIsMarkedDuringARoundIsFlushedInTheNext() {
        Target second = new Target();
        Target first = new Target() {
            @Override
            protected void flush() throws IOException {
                super.flush();
                if (flushes == 1) {
                    flusher.markDirty(this);
                    flusher.markDirty(second);
                }
            }
        };
        flusher.markDirty(first);
        tasks.runAll();
        assertThat(first.flushes).isEqualTo(2);
        assertThat(second.flushes).isEqualTo(1);
    }

    @Test
    void othersHaveTheirTurnHoweverMuchThereIsToFlush() {
        Target busy = new Target() {
            @Override
            protected void flush() throws IOException {
                super.flush();
                if (flushes < 1000) {
                    flusher.markDirty(this);
                }
            }
        };
        List<Integer> flushesBefore = new ArrayList<>();
        flusher.markDirty(busy);
        tasks.background.execute(() -> flushesBefore.add(busy.flushes));
        tasks.runAll();
        assertThat(busy.flushes).isEqualTo(1000);
        assertThat(flushesBefore.get(0)).isLessThan(100);
    }

    @Test
    void aFailureFencesTheDirectoryForGood() {
        Target good = new Target();
        Target bad = new Target();
        bad.broken = new IOException("broken");
        flusher.markDirty(bad);
        tasks.runAll();
        bad.broken = null;
        flusher.markDirty(bad);
        flusher.markDirty(good);
        tasks.runAll();
        assertThat(fences).hasSize(1);
        assertThat(fences.get(0).kind()).isEqualTo(LogFailure.Kind.IO);
        assertThat(flusher.failure()).isEqualTo(fences.get(0));
        assertThat(bad.flushes).isEqualTo(1);
        assertThat(bad.abandoned).isEqualTo(2);
        assertThat(good.flushes).isZero();
        assertThat(good.abandoned).isEqualTo(1);
    }

    @Test
    void aFullDiskIsNoFailureAndIsTriedAgain() {
        Target full = new Target();
        full.broken = new NoSpaceException("full", null);
        flusher.markDirty(full);
        tasks.runAll();
        assertThat(fences).isEmpty();
        assertThat(flusher.isFull()).isTrue();
        assertThat(full.abandoned).isZero();
        full.broken = null;
        flusher.resume();
        tasks.runAll();
        assertThat(full.flushes).isEqualTo(2);
        assertThat(flusher.isFull()).isFalse();
    }

    @Test
    void whatCannotOpenItsFilesIsNoFailureAndIsTriedAgain() {
        Target waiting = new Target();
        waiting.broken = new TooManyOpenFilesException(Path.of("/d/f"), null);
        flusher.markDirty(waiting);
        tasks.runAll();
        assertThat(fences).isEmpty();
        assertThat(flusher.isStalled()).isTrue();
        assertThat(flusher.isFull()).isFalse();
        flusher.resume();
        tasks.runAll();
        assertThat(waiting.flushes).isEqualTo(2);
        assertThat(flusher.isStalled()).as("it is still short of files").isTrue();
        waiting.broken = null;
        flusher.resume();
        tasks.runAll();
        assertThat(waiting.flushes).isEqualTo(3);
        assertThat(flusher.isStalled()).isFalse();
        assertThat(waiting.abandoned).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neverFlushesATargetTwiceAtATimeNorForgetsAMark(boolean withRedo) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        Flusher busy = new Flusher(Path.of("/d"), pool, 3, fences::add);
        if (withRedo) {
            busy.use(redoJournal());
        }
        AtomicInteger overlaps = new AtomicInteger();
        List<Counting> targets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            targets.add(new Counting(overlaps));
        }
        for (int i = 0; i < 20_000; i++) {
            Counting target = targets.get(i % targets.size());
            target.queued.incrementAndGet();
            busy.markDirty(target);
            if (i % 10 == 0) {
                LockSupport.parkNanos(1);
            }
        }
        while (targets.stream().anyMatch(target -> target.queued.get() > 0)) {
            Thread.onSpinWait();
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(overlaps).hasValue(0);
        assertThat(fences).isEmpty();
    }

    private static RedoJournal redoJournal() throws IOException {
        MemoryFileSystem disk = new MemoryFileSystem();
        disk.createDirectories(Path.of("/d"));
        RedoJournal journal = new RedoJournal(disk, Path.of("/d"), new UUID(1, 2), RedoLap.NONE);
        journal.setBytes(64 << 10);
        return journal;
    }

    /** Takes its queued work, noticing whether it is called twice at a time. */
    private static final class Counting extends RedoTarget {
        final AtomicInteger queued = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps;
        private int turn;

        Counting(AtomicInteger overlaps) {
            this.overlaps = overlaps;
        }

        @Override
        protected void flush() {
            enter();
            queued.set(0);
            inside.decrementAndGet();
        }

        private void enter() {
            if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            // So that another has the time to come in.
            LockSupport.parkNanos(1);
        }

        @Override
        protected int redoBytes() {
            // Now this way, now that.
            return ++turn % 3 == 0 ? NOT_BY_REDO : Math.min(queued.get(), 100);
        }

        @Override
        protected void write(RedoFrame frame) {
            enter();
            queued.set(0);
            frame.add(group(), 0, 0, new ByteBuffer[] {ByteBuffer.allocate(1)}, 1);
        }

        @Override
        protected void redone() {
            inside.decrementAndGet();
        }

        @Override
        public GroupId group() {
            return new GroupId(new UUID(0, 0), System.identityHashCode(this));
        }

        @Override
        public void settle() {}

        @Override
        protected void abandon(LogFailure failure) {}
    }
}
