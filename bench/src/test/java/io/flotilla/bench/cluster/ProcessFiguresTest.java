package io.flotilla.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessFiguresTest {
    @Test
    void cpuIsUserAndSystemTimeWhateverTheProcessIsCalled() {
        String stat = "4242 (a) strange (name) S 1 4242 4242 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 30 0 1000 1 1";
        assertThat(ProcessFigures.cpuSecondsOf(stat)).isEqualTo(3.0);
    }

    @Test
    void memoryIsWhatIsInRam() {
        assertThat(ProcessFigures.residentMbOf("Name:\tjava\nVmPeak:\t 9999999 kB\nVmRSS:\t  204800 kB\n"))
                .isEqualTo(200);
    }
}
