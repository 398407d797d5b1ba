package io.flotilla.log;

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
