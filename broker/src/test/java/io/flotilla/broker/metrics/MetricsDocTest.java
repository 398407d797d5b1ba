package io.flotilla.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/metrics.md} to the registry: the same names, of the same types. */
class MetricsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\| (\\w+) \\| \\S.*\\|$");

    @Test
    void everyMetricIsOnThePageAndNothingElse() throws IOException {
        SortedMap<String, String> documented = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(PAGE));
        while (rows.find()) {
            assertThat(documented.put(rows.group(1), rows.group(2)))
                    .as("documented twice: %s", rows.group(1))
                    .isNull();
        }
        Metrics metrics = new Metrics();
        metrics.api("Produce").answered(1, 1, 1);
        metrics.api("Produce").failed();
        SortedMap<String, String> registered = new TreeMap<>();
        for (MetricSnapshot snapshot : metrics.snapshots()) {
            String name = snapshot.getMetadata().getPrometheusName();
            if (snapshot instanceof CounterSnapshot) {
                registered.put(name + "_total", "counter");
            } else {
                registered.put(name, snapshot instanceof HistogramSnapshot ? "histogram" : "gauge");
            }
        }
        assertThat(documented).isEqualTo(registered);
    }
}
