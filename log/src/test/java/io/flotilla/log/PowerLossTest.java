package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Power is lost before each single file operation of a workload in turn. */
class PowerLossTest {
    private static final int STEPS = 40;

    @ParameterizedTest
    @MethodSource("io.flotilla.log.Seeds#one")
    void noOperationIsAPointOfNoReturn(long seed) throws IOException {
        int cuts = 0;
        for (int operation = 0; cutsBefore(operation, seed); operation++) {
            cuts++;
        }
        assertThat(cuts).isGreaterThan(50);
    }

    /** Runs the workload until the operation with this number; false if it has fewer. */
    private static boolean cutsBefore(int number, long seed) throws IOException {
        LogWorkload workload = new LogWorkload(seed);
        int[] left = {number};
        workload.fixture.disk.setFaults((operation, path) -> {
            if (operation.isChange() && left[0]-- <= 0) {
                throw new IOException("Power is gone");
            }
        });
        boolean opened = false;
        try {
            workload.open();
            opened = true;
            for (int i = 0; i < STEPS && left[0] >= 0; i++) {
                workload.step();
            }
        } catch (IOException | LogFailedException e) {
            assertThat(left[0]).isNegative();
        }
        boolean cut = left[0] < 0;
        workload.fixture.disk.setFaults((operation, path) -> {});
        if (opened) {
            workload.fixture.kill();
        } else {
            workload.fixture.tasks.clear();
        }
        workload.fixture.disk.powerLoss(Seeds.random(seed + number));
        workload.recover();
        workload.fixture.close();
        return cut;
    }
}
