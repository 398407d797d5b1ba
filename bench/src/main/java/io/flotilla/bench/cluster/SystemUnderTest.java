package io.flotilla.bench.cluster;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be measured, by the name that users give it. */
public enum SystemUnderTest {
    FLOTILLA("flotilla", "Flotilla", "acknowledges what fdatasync has finished for on a majority"),
    FLOTILLA_WRITE_CACHING(
            "flotilla-write-caching",
            "Flotilla, write.caching=true",
            "acknowledges what a majority holds in memory; not the default"),
    KAFKA("kafka", "Kafka", "acknowledges what its in-sync replicas hold in memory; its default"),
    KAFKA_FSYNC(
            "kafka-fsync",
            "Kafka, log.flush.interval.messages=1",
            "acknowledges what its in-sync replicas have synced");

    private final String option;
    private final String label;
    private final String durability;

    SystemUnderTest(String option, String label, String durability) {
        this.option = option;
        this.label = label;
        this.durability = durability;
    }

    /** The name on the command line and in files. */
    public String option() {
        return option;
    }

    /** The name for readers. */
    public String label() {
        return label;
    }

    /** What its acknowledgements say, as the rest of a sentence. */
    public String durability() {
        return durability;
    }

    public boolean isFlotilla() {
        return this == FLOTILLA || this == FLOTILLA_WRITE_CACHING;
    }

    public static Optional<SystemUnderTest> named(String option) {
        return Arrays.stream(values())
                .filter(system -> system.option.equals(option))
                .findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(SystemUnderTest::option).collect(Collectors.joining(", "));
    }
}
