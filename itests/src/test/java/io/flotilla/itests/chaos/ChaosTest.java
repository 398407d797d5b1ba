package io.flotilla.itests.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.TestDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each fault once or a few times, under load, and the history checked. {@code -Dflotilla.chaos.seconds=N} makes each test go on for
 * at least so long, {@code -Dflotilla.chaos.seed=N} draws other victims, {@code -Dflotilla.chaos.faults=a,b} has just these happen.
 */
final class ChaosTest {
    private static final long SEED = Long.getLong("flotilla.chaos.seed", 1);
    private static final long SECONDS = Long.getLong("flotilla.chaos.seconds", 0);
    private static final Duration MARGIN = Duration.ofMinutes(4);

    @BeforeAll
    static void needRights() {
        assumeTrue(
                Sandbox.works(),
                "faults need namespaces of Linux: `unshare` and `ip`, and to be root or to be allowed user namespaces");
    }

    @Test
    void brokersAreKilledAndHalted() {
        survives("processes", "kill", "pause", "pause-and-kill", "kill-all");
    }

    @Test
    void theNetworkIsCut() {
        survives("network", "isolate", "cut-off", "mute", "part");
    }

    @Test
    void disksAreWipedDamagedAndFilled() {
        survives("disks", "wipe", "flip", "flip-while-down", "fill");
    }

    private static void survives(String name, String... faults) {
        String only = System.getProperty("flotilla.chaos.faults", String.join(",", faults));
        List<String> arguments = new ArrayList<>();
        arguments.add(TestDirectory.empty("chaos-" + name).toString());
        arguments.add(Long.toString(SEED));
        arguments.add(Long.toString(SECONDS));
        arguments.addAll(List.of(only.split(",")));
        Command.Result result = Sandbox.java(ChaosRun.class, List.of("-Xmx512m", "-XX:+UseSerialGC"), arguments)
                .within(MARGIN.plusSeconds(SECONDS))
                .run();
        System.out.println(result.output());
        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
    }
}
