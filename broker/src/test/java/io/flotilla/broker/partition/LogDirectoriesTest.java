package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.log.LogConfig;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogDirectoryException;
import io.flotilla.log.LogId;
import io.flotilla.log.LogRules;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.state.MetaProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LogDirectoriesTest {
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");
    private static final UUID TOPIC = new UUID(1, 1);
    private static final long HOUR = 3_600_000_000_000L;
    private static final LogConfig CONFIG = new LogConfig(1024, 1000, 100, 0, false, 60_000, 100, 300);

    private final MemoryFileSystem disk = new MemoryFileSystem();
    private final TestLoop loop = new TestLoop();
    private final Environment environment = new Environment(loop, new OneLoop(), null, disk, new Randoms());

    private final class OneLoop implements Scheduler {
        @Override
        public int loops() {
            return 1;
        }

        @Override
        public EventLoop loop(int number) {
            return loop;
        }

        @Override
        public Executor blocking() {
            return Runnable::run;
        }
    }

    private static final class Randoms implements RandomSource {
        private final Random random = new Random(1);

        @Override
        public RandomGenerator newGenerator() {
            return random;
        }

        @Override
        public UUID newUuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }
    }

    private LogDirectories open(Path... paths) throws IOException {
        return LogDirectories.open(List.of(paths), 1, environment, LogRules.LOG);
    }

    private static void makeLog(LogDirectory directory, LogId id) throws IOException {
        directory.openLog(id, new byte[0], CONFIG, 0, true);
        directory.abandon();
    }

    /** Two directories that say they have so many bytes left. */
    private static LogDirectories withFree(long freeInA, long freeInB) throws IOException {
        List<LogDirectory> opened = new ArrayList<>();
        for (long free : List.of(freeInA, freeInB)) {
            MemoryFileSystem files = new MemoryFileSystem();
            Path path = opened.isEmpty() ? A : B;
            opened.add(LogDirectory.open(
                    files, path, new MetaProperties("c", 1, new UUID(2, opened.size())), Runnable::run));
            files.setCapacity(1L << 50);
            files.setCapacity((1L << 50) - files.freeSpace(path) + free);
            opened.get(opened.size() - 1).upkeep(1 << 20);
        }
        return new LogDirectories(opened, List.of());
    }

    private static int placedInA(LogDirectories directories, int count, long nowNanos) {
        int inA = 0;
        for (int i = 0; i < count; i++) {
            LogDirectory place = directories.place(new PartitionId(TOPIC, i), nowNanos);
            inA += place.path().equals(A) ? 1 : 0;
        }
        return inA;
    }

    @Test
    void aReplicaGoesWhereMostBytesAreFree() throws IOException {
        assertThat(placedInA(withFree(3L << 40, 1L << 40), 100, 0)).isEqualTo(100);
        assertThat(placedInA(withFree(1L << 40, 3L << 40), 100, 0)).isZero();
    }

    @Test
    void manyThatAreMadeAtOnceAreSpread() throws IOException {
        assertThat(placedInA(withFree(1L << 40, 1L << 40), 100, 0)).isEqualTo(50);
        // The 10 GB that A has more are promised first.
        assertThat(placedInA(withFree(20L << 30, 10L << 30), 100, 0)).isEqualTo(70);
    }

    @Test
    void aPromiseEndsWhenTheReplicaDidNotGrow() throws IOException {
        LogDirectories directories = withFree(11L << 30, 10L << 30);
        assertThat(placedInA(directories, 4, 0)).isEqualTo(4);
        assertThat(placedInA(directories, 1, HOUR - 1)).isOne();
        assertThat(placedInA(directories, 1, HOUR - 1)).isZero();
        assertThat(placedInA(directories, 6, HOUR)).isEqualTo(5);
    }

    @Test
    void oneThatIsShortOfSpaceOrFailedGetsNothing() throws IOException {
        LogDirectories directories = withFree(1 << 10, 30 << 20);
        assertThat(placedInA(directories, 10, 0)).isZero();
        directories.opened().get(1).fail("test", new IOException("broken"));
        assertThat(placedInA(directories, 1, 0)).isOne();
        assertThat(directories.broken()).containsExactly(B);
        directories.opened().get(0).fail("test", new IOException("broken"));
        assertThat(directories.place(new PartitionId(TOPIC, 0), 0)).isNull();
    }

    @Test
    void aWishCountsMoreThanSpaceOnce() throws IOException {
        LogDirectories directories = withFree(3L << 40, 1L << 40);
        PartitionId id = new PartitionId(TOPIC, 0);
        directories.wish(id, directories.opened().get(1));
        assertThat(directories.place(id, 0).path()).isEqualTo(B);
        assertThat(directories.place(id, 0).path()).isEqualTo(A);
    }

    @Test
    void startsWithoutADirectoryThatFails() throws IOException {
        LogDirectories both = open(A, B);
        makeLog(both.at(A), new LogId("__cluster_metadata", PartitionId.METADATA.topicId(), 0));
        UUID idOfA = both.at(A).identity().directoryId();
        both.close();
        disk.killProcess();
        disk.setFaults((operation, path) -> {
            if (path.startsWith(B)) {
                throw new IOException("broken");
            }
        });
        LogDirectories one = open(A, B);
        assertThat(one.workingIds()).containsExactly(idOfA);
        assertThat(one.broken()).containsExactly(B);
        assertThat(one.isUnusable(B)).isTrue();
        assertThat(one.at(B)).isNull();
    }

    @Test
    void doesNotStartWithoutTheMetadataOrAnyDirectory() throws IOException {
        LogDirectories both = open(A, B);
        makeLog(both.at(B), new LogId("__cluster_metadata", PartitionId.METADATA.topicId(), 0));
        both.close();
        disk.killProcess();
        disk.setFaults((operation, path) -> {
            if (path.startsWith(B)) {
                throw new IOException("broken");
            }
        });
        assertThatThrownBy(() -> open(A, B)).hasMessageContaining("/b").hasMessageContaining("cluster metadata");
        disk.setFaults((operation, path) -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(() -> open(A, B)).hasMessageContaining("/a").hasMessageContaining("/b");
    }

    @Test
    void doesNotStartWithTwoLogsOfTheMetadata() throws IOException {
        LogDirectories both = open(A, B);
        LogId metadata = new LogId("__cluster_metadata", PartitionId.METADATA.topicId(), 0);
        makeLog(both.at(A), metadata);
        makeLog(both.at(B), metadata);
        disk.killProcess();
        assertThatThrownBy(() -> open(A, B))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("/a and /b");
    }

    @Test
    void anotherBrokersOrClustersDirectoryIsRefused() throws IOException {
        open(A, B).close();
        disk.killProcess();
        new MetaProperties("c1", 1, new UUID(1, 1)).write(disk, A);
        new MetaProperties("c2", 1, new UUID(1, 2)).write(disk, B);
        assertThatThrownBy(() -> open(A, B)).hasMessageContaining("directories were mixed up");
        disk.killProcess();
        new MetaProperties("c1", 7, new UUID(1, 2)).write(disk, B);
        assertThatThrownBy(() -> open(A, B)).hasMessageContaining("belongs to node 7");
    }
}
