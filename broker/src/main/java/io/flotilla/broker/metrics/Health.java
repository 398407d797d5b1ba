package io.flotilla.broker.metrics;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Whether the broker is ready to serve, and if not, why. Thread-safe. */
public final class Health {
    private final Map<String, Supplier<String>> conditions = new ConcurrentSkipListMap<>();

    /**
     * Adds a condition for readiness, or replaces the one of that name.
     *
     * @param problem says what is missing, in words for an operator, or null when nothing is; called from any thread
     */
    public void require(String name, Supplier<String> problem) {
        conditions.put(name, problem);
    }

    /** What is missing, ordered by the conditions' names; empty when the broker is ready. */
    public List<String> problems() {
        return conditions.values().stream()
                .map(Supplier::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
