package io.flotilla.broker.config;

import io.flotilla.broker.config.PropertyFile.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The properties one broker runs with, checked one by one and against each other. Immutable; safe to share between threads.
 * Reading a property is a map lookup: keep what a hot path needs in a field.
 */
public final class BrokerConfig {
    private final SortedMap<String, String> texts;
    private final SortedMap<String, Object> values;

    private BrokerConfig(SortedMap<String, String> texts, SortedMap<String, Object> values) {
        this.texts = Collections.unmodifiableSortedMap(texts);
        this.values = values;
    }

    /**
     * Reads a properties file.
     *
     * @param overrides replace what the file says
     * @throws ConfigException when anything in it is refused; names every problem, with file and line
     * @throws IOException when the file cannot be read
     */
    public static BrokerConfig load(Path file, Map<String, String> overrides) throws IOException {
        List<Entry> entries = new ArrayList<>(PropertyFile.read(file));
        return ConfigReader.read(file.toString(), entries, overrides);
    }

    /**
     * Takes properties from a program.
     *
     * @throws ConfigException when any is refused
     */
    public static BrokerConfig of(Map<String, String> properties) {
        return ConfigReader.read("configuration", List.of(), properties);
    }

    /** Values that were parsed already; for {@link ConfigReader}. */
    static BrokerConfig parsed(SortedMap<String, String> texts, SortedMap<String, Object> values) {
        return new BrokerConfig(texts, values);
    }

    /**
     * This configuration with dynamic values laid over it; what is null stays.
     *
     * @param cluster values set for all brokers
     * @param broker values set for this one, which count more
     * @throws IllegalArgumentException for a property that is unknown, not dynamic, or malformed: check before storing
     */
    public BrokerConfig overlaid(Map<String, String> cluster, Map<String, String> broker) {
        SortedMap<String, String> newTexts = new TreeMap<>(texts);
        SortedMap<String, Object> newValues = new TreeMap<>(values);
        for (Map<String, String> layer : List.of(cluster, broker)) {
            layer.forEach((name, text) -> {
                newValues.put(name, dynamicValue(name, text));
                newTexts.put(name, text);
            });
        }
        return new BrokerConfig(newTexts, newValues);
    }

    private static Object dynamicValue(String name, String text) {
        Property<?> property = BrokerProperties.all().get(name);
        if (property == null || !property.dynamic()) {
            throw new IllegalArgumentException(name + " cannot be changed while brokers run");
        }
        return property.parse(text);
    }

    /** The value that counts: the one set, else the default, else null. */
    @SuppressWarnings("unchecked") // only values parsed by the property itself are put under its name
    public <T> T get(Property<T> property) {
        Object value = values.get(property.name());
        return value == null ? property.defaultValue() : (T) value;
    }

    /** The text somebody set, or null while the default counts. */
    public String explicit(Property<?> property) {
        return texts.get(property.name());
    }

    /** What was set, by name. */
    public SortedMap<String, String> explicit() {
        return texts;
    }

    public int nodeId() {
        return get(BrokerProperties.NODE_ID);
    }

    /** Where this broker accepts connections; port 0 lets the system choose, for tests. */
    public HostPort listener() {
        return get(BrokerProperties.LISTENERS);
    }

    /** The address others connect to. */
    public HostPort advertised() {
        HostPort advertised = get(BrokerProperties.ADVERTISED_LISTENERS);
        return advertised == null ? listener() : advertised;
    }

    /** All brokers of the cluster by node id; this one alone when nothing was configured. */
    public SortedMap<Integer, HostPort> voters() {
        SortedMap<Integer, HostPort> voters = get(BrokerProperties.VOTERS);
        if (voters != null) {
            return voters;
        }
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(nodeId(), advertised())));
    }

    /** Directories for data, at least one. */
    public List<Path> logDirs() {
        List<String> dirs = get(BrokerProperties.LOG_DIRS);
        List<String> names = dirs == null ? List.of(get(BrokerProperties.LOG_DIR)) : dirs;
        return names.stream()
                .map(name -> Path.of(name).toAbsolutePath().normalize())
                .toList();
    }

    /** Age at which a segment is closed, in milliseconds. */
    public long logRollMs() {
        Long ms = get(LogProperties.LOG_ROLL_MS);
        return ms != null ? ms : TimeUnit.HOURS.toMillis(get(LogProperties.LOG_ROLL_HOURS));
    }

    /** Age at which a segment is deleted, in milliseconds; -1 for never. */
    public long logRetentionMs() {
        Long ms = get(LogProperties.LOG_RETENTION_MS);
        if (ms != null) {
            return ms;
        }
        Integer minutes = get(LogProperties.LOG_RETENTION_MINUTES);
        if (minutes != null) {
            return minutes < 0 ? -1 : TimeUnit.MINUTES.toMillis(minutes);
        }
        int hours = get(LogProperties.LOG_RETENTION_HOURS);
        return hours < 0 ? -1 : TimeUnit.HOURS.toMillis(hours);
    }

    /** Replicas of each partition of the offsets topic: as set, else Kafka's 3 as far as there are brokers. */
    public int offsetsReplicationFactor() {
        int factor = get(BrokerProperties.OFFSETS_REPLICATION_FACTOR);
        boolean set = explicit(BrokerProperties.OFFSETS_REPLICATION_FACTOR) != null;
        return set ? factor : Math.min(factor, voters().size());
    }

    /**
     * Number of event loops; at least one. Half of a broker's work is writing and syncing files, which other threads do; more loops
     * than the other half needs only hand work to each other.
     */
    public int eventLoops() {
        int configured = get(BrokerProperties.NUM_NETWORK_THREADS);
        return configured > 0 ? configured : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
