package io.flotilla.bench.load;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.Programs;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a workload is put on, and how much of it.
 *
 * @param scale multiplies how many records are sent; 1 is the full size
 * @param onMeasured called by each workload when what warms up is over and what is measured begins
 */
public record Target(BenchCluster cluster, Programs programs, double scale, Begin onMeasured) {
    /** Begins something besides the measurement. */
    @FunctionalInterface
    public interface Begin {
        void begin() throws IOException;
    }

    PerfTools tools() {
        return new PerfTools(programs, cluster.bootstrap());
    }

    /**
     * Runs a load of ours, a program that takes the cluster's address first and prints its figures as one line of JSON.
     *
     * @param arguments the others
     */
    Map<String, Double> run(Class<?> load, int timeoutSeconds, Object... arguments) throws IOException {
        Object[] all = Stream.concat(Stream.of(cluster.bootstrap()), Stream.of(arguments))
                .toArray();
        String output = programs.ownProgram(load, timeoutSeconds, all);
        return new ObjectMapper().readValue(output, new TypeReference<>() {});
    }

    /** So many records at scale 1; at least some. */
    long scaled(long records, long atLeast) {
        return Math.max(atLeast, Math.round(records * scale));
    }

    /** A time that is worth its name from scale 0.5 on, and shorter below. */
    int seconds(int full, int atLeast) {
        return (int) Math.max(atLeast, Math.round(full * Math.min(1, 2 * scale)));
    }
}
