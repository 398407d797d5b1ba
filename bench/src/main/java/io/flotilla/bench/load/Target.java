package io.flotilla.bench.load;

import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.Programs;

/**
 * What a workload is put on, and how much of it.
 *
 * @param scale multiplies how many records are sent; 1 is the full size
 */
public record Target(BenchCluster cluster, Programs programs, double scale) {
    PerfTools tools() {
        return new PerfTools(programs, cluster.bootstrap());
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
