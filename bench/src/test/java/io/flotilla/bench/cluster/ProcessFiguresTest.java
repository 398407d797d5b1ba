package io.flotilla.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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

    @Test
    void numbersAreFoundByTheirNames() {
        String io = "rchar: 1\nwchar: 2\nwrite_bytes: 4096\ncancelled_write_bytes: 5\n";
        assertThat(ProcessFigures.number(io, "write_bytes:")).isEqualTo(4096);
        assertThat(ProcessFigures.number("", "write_bytes:")).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ofThisProcessAllIsKnown() {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcessFigures.cpuSeconds(pid)).isPositive();
        assertThat(ProcessFigures.endedChildrenCpuSeconds()).isNotNegative();
        assertThat(ProcessFigures.residentMb(pid)).isGreaterThan(10);
        assertThat(ProcessFigures.wakeUps(pid)).isPositive();
        assertThat(ProcessFigures.availableMemoryMb()).isPositive();
    }
}
