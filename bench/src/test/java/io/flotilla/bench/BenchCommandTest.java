package io.flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bench.cluster.SystemUnderTest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0 | --rounds 0: must be 1 to 20",
                "--rounds 21 | --rounds 21: must be 1 to 20",
                "--scale 0 | --scale 0.0: must be 0.01 to 10",
                "--scale NaN | --scale NaN: must be 0.01 to 10",
                "--heap 1x | --heap 1x: must be a number and m or g, such as 1g",
                "--systems redpanda | --systems: there is no 'redpanda'; there are flotilla, flotilla-write-caching, kafka, kafka-fsync",
                "--workloads produce_1k,sleep | --workloads: there is no 'sleep'; there are all, produce_1k, produce_100b",
                "--profile sleep | --profile: there is no 'sleep'",
                "--profile-event mutex | --profile-event: there is no 'mutex'; there are cpu, alloc, wall",
                "--data /does/not/exist | --data /does/not/exist: must be a directory that exists",
                "--no-docs --docs x.md | --docs and --no-docs exclude each other",
                "--profile failover --no-docs | --profile has nothing to do with --no-docs",
                "scale | --axis",
                "scale --axis depth | --axis: there is no 'depth'; there are partitions, connections, record-size",
                "scale --axis partitions --points 1,0 | --points: there is no '0'; there are whole numbers from 1 to 1000000",
                "micro --seconds 0 | --seconds 0: must be 1 to 60",
                "micro --filter ( | --filter (:",
            })
    void whatIsWrongIsSaidBeforeAnythingStarts(String arguments, String message) {
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new BenchCommand()).setErr(new PrintWriter(err));

        int exitCode = command.execute(arguments.split(" "));

        assertThat(exitCode).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void everySecondRoundIsTheOtherWayRound() {
        List<SystemUnderTest> systems = List.of(SystemUnderTest.FLOTILLA, SystemUnderTest.KAFKA);

        assertThat(ComparisonRun.order(systems, 1)).containsExactly(SystemUnderTest.FLOTILLA, SystemUnderTest.KAFKA);
        assertThat(ComparisonRun.order(systems, 2)).containsExactly(SystemUnderTest.KAFKA, SystemUnderTest.FLOTILLA);
    }
}
