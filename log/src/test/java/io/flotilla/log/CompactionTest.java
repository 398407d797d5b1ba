package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.segment.SegmentFiles;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reader of a compacted log finds the newest record of each key, whatever is done to the log and however it is stopped. */
class CompactionTest {
    /** The process or the machine ends here. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void keepsTheNewestRecordOfEachKey(long seed) throws IOException {
        CompactionWorkload workload = new CompactionWorkload(seed);
        for (int i = 0; i < 8; i++) {
            workload.work(40);
            workload.compact();
            workload.check();
            if (workload.random.nextBoolean()) {
                workload.fixture.closeAndReopen();
                workload.check();
            }
        }
        workload.compactAll();
        workload.check();
        workload.fixture.close();
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void staysSmall(long seed) throws IOException {
        CompactionWorkload workload = new CompactionWorkload(seed);
        for (int i = 0; i < 10; i++) {
            workload.work(50);
            workload.compactAll();
        }
        for (int i = 0; i < 4; i++) {
            workload.work(1);
            workload.fixture.now += CompactionWorkload.DELETE_RETENTION_MS;
            workload.compactAll();
        }
        workload.check();
        assertThat(workload.fixture.log.segments().size()).isLessThan(30);
        assertThat(workload.written.size()).isGreaterThan(1_000);
        assertThat(workload.read().size()).isLessThan(150);
        workload.fixture.close();
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void survivesACrashBeforeAnyChangeOfAFile(long seed) throws IOException {
        Random random = Seeds.random(seed);
        // Many seeds together crash before each of them.
        for (int changes = random.nextInt(4); ; changes += 1 + random.nextInt(8)) {
            CompactionWorkload workload = new CompactionWorkload(seed);
            workload.work(25);
            workload.compact();
            workload.work(25);
            boolean crashed = compactUntil(workload, changes);
            workload.fixture.disk.setFaults((operation, path) -> {});
            workload.fixture.kill();
            if (!crashed) {
                return;
            }
            if (random.nextInt(3) > 0) {
                workload.fixture.disk.powerLoss(random);
            }
            workload.reopen();
            workload.check();
            assertThat(workload.fixture.disk.list(workload.fixture.path()))
                    .noneMatch(name -> name.endsWith(SegmentFiles.CLEANED));
            workload.work(10);
            workload.compact();
            workload.check();
            workload.fixture.close();
        }
    }

    /** Compacts until so many changes were made to files; whether it came to that. */
    private static boolean compactUntil(CompactionWorkload workload, int changes) throws IOException {
        int[] left = {changes};
        workload.fixture.disk.setFaults((operation, path) -> {
            if (operation.isChange() && left[0]-- <= 0) {
                if (left[0] == -1) {
                    throw new Crash();
                }
                throw new IOException("nothing is there any more");
            }
        });
        try {
            workload.compact();
            return false;
        } catch (Crash e) {
            return true;
        } catch (IOException | AssertionError e) {
            // In a step of the log's queue, which takes it for a failed disk.
            assertThat(workload.fixture.failure).isNotNull();
            return true;
        }
    }
}
