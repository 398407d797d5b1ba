package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.MemoryFileSystem.Faults;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A log behaves like a list of entries, whatever is done to it and however it is stopped. */
class LogModelTest {
    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void behavesLikeAListThroughCleanRestarts(long seed) throws IOException {
        LogWorkload workload = new LogWorkload(seed);
        workload.open();
        for (int life = 0; life < 5; life++) {
            for (int i = 0; i < 120; i++) {
                workload.step();
            }
            workload.compareAll();
            workload.closeAndReopen();
        }
        workload.fixture.close();
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void keepsWhatWasDurableThroughKills(long seed) throws IOException {
        crashRepeatedly(seed, false);
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void keepsWhatWasDurableThroughPowerLosses(long seed) throws IOException {
        crashRepeatedly(seed, true);
    }

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#few")
    void waitsForFilesThatCannotBeOpenedAndLosesNothingByIt(long seed) throws IOException {
        LogWorkload workload = new LogWorkload(seed);
        workload.open();
        Random random = Seeds.random(seed);
        for (int life = 0; life < 30; life++) {
            for (int i = random.nextInt(60); i > 0; i--) {
                workload.step();
            }
            workload.openFewFiles();
            for (int i = random.nextInt(60); i > 0; i--) {
                workload.step();
            }
            if (random.nextBoolean()) {
                workload.openFreely();
                workload.compareAll();
                assertThat(workload.fixture.log.durableIndex()).isEqualTo(workload.fixture.log.lastIndex());
            }
            assertThat(workload.fixture.failure).isNull();
            if (random.nextInt(3) == 0) {
                workload.fixture.kill();
                workload.fixture.disk.powerLoss(random);
                workload.fixture.disk.setFaults(Faults.none());
                workload.recover();
            }
            workload.openFreely();
        }
        workload.fixture.close();
    }

    private static void crashRepeatedly(long seed, boolean powerLoss) throws IOException {
        LogWorkload workload = new LogWorkload(seed);
        workload.open();
        Random random = Seeds.random(seed);
        for (int life = 0; life < 12; life++) {
            for (int i = random.nextInt(120); i > 0; i--) {
                workload.step();
            }
            workload.fixture.kill();
            // Now and then a kill alone: what it leaves in the cache must not be taken for durable afterwards.
            if (powerLoss && random.nextInt(3) > 0) {
                workload.fixture.disk.powerLoss(random);
            }
            workload.recover();
        }
        workload.fixture.close();
    }
}
