package io.flotilla.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bench.load.PerfTools.Consumed;
import io.flotilla.bench.load.PerfTools.EndToEnd;
import io.flotilla.bench.load.PerfTools.Produced;
import io.flotilla.broker.cli.CommandException;
import org.junit.jupiter.api.Test;

class PerfToolsTest {
    @Test
    void ofAProducerTheLastLineCounts() {
        Produced produced = Produced.parse("""
                20000 records sent, 4000.0 records/sec (3.91 MB/sec), 99.1 ms avg latency, 1200.0 ms max latency.
                20000 records sent, 4000.0 records/sec (3.91 MB/sec), 2.1 ms avg latency, 50.0 ms max latency.
                20000 records sent, 4000.0 records/sec (3.91 MB/sec), 2.0 ms avg latency, 40.0 ms max latency.
                60000 records sent, 37154.1 records/sec (36.28 MB/sec), 655.2 ms avg latency, 1200.00 ms max latency, 700 ms 50th, 1000 ms 95th, 1100 ms 99th, 1190 ms 99.9th.
                """);

        assertThat(produced).isEqualTo(new Produced(36.28, 700, 1100, 1190, 50));
    }

    @Test
    void aProducerThatDidNotRunForTenSecondsHasNotSettled() {
        Produced produced = Produced.parse("""
                20000 records sent, 4000.0 records/sec (3.91 MB/sec), 99.1 ms avg latency, 1200.0 ms max latency.
                24000 records sent, 4000.0 records/sec (3.91 MB/sec), 655.2 ms avg latency, 1200.00 ms max latency, 700 ms 50th, 1000 ms 95th, 1100 ms 99th, 1190 ms 99.9th.
                """);

        assertThat(produced.settledMaxMs()).isNaN();
    }

    @Test
    void ofAConsumerBothRatesAreRead() {
        Consumed consumed = Consumed.parse("""
                start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
                2026-01-01 00:00:00:000, 2026-01-01 00:00:02:000, 58.5938, 29.2969, 60000, 30000.0, 400, 1600, 36.6211, 37500.0

                """);

        assertThat(consumed).isEqualTo(new Consumed(58.5938, 29.2969, 36.6211));
    }

    @Test
    void endToEnd() {
        EndToEnd result = EndToEnd.parse("""
                0\t23.4
                Avg latency: 3.8214 ms
                Percentiles: 50th = 3, 99th = 9, 99.9th = 41
                """);

        assertThat(result).isEqualTo(new EndToEnd(3.8214, 3, 9, 41));
    }

    @Test
    void whatIsNotUnderstoodIsShown() {
        assertThatThrownBy(() -> Produced.parse("a line with 99.9th"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("a line with 99.9th");
        assertThatThrownBy(() -> Consumed.parse("No records"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("No records");
        assertThatThrownBy(() -> EndToEnd.parse("nothing"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void quantiles() {
        long[] nanos = {1_000_000, 2_000_000, 3_000_000, 100_000_000};
        assertThat(ConnectionLoad.quantile(nanos, 0.5)).isEqualTo(2);
        assertThat(ConnectionLoad.quantile(nanos, 0.99)).isEqualTo(100);
        assertThat(ConnectionLoad.quantile(new long[0], 0.99)).isZero();
    }
}
