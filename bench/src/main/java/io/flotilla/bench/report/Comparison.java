package io.flotilla.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The raw figures of a comparison, as they stand in its file.
 *
 * @param command what repeats it
 * @param settings heap and scale
 * @param runs in the order in which they were made
 */
public record Comparison(Machine machine, String command, Map<String, String> settings, List<Run> runs) {
    /**
     * One system's figures of one round, on a cluster that was started for it.
     *
     * @param figures by workload and metric; workloads that failed are missing
     * @param failures what failed and why, by workload
     */
    public record Run(
            int round, String system, Map<String, Map<String, Double>> figures, Map<String, String> failures) {}

    /** All figures of one metric of one system, in the order of the rounds. */
    public List<Double> figures(String system, String workload, String metric) {
        List<Double> found = new ArrayList<>();
        for (Run run : runs) {
            Double figure = run.figures().getOrDefault(workload, Map.of()).get(metric);
            if (run.system().equals(system) && figure != null) {
                found.add(figure);
            }
        }
        return found;
    }

    /** What failed, by system and workload, with the last reason. */
    public Map<String, String> failures() {
        Map<String, String> failures = new LinkedHashMap<>();
        for (Run run : runs) {
            run.failures().forEach((workload, why) -> failures.put(run.system() + " " + workload, why));
        }
        return failures;
    }
}
