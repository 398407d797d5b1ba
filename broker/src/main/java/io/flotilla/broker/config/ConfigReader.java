package io.flotilla.broker.config;

import static io.flotilla.broker.config.BrokerProperties.*;

import io.flotilla.broker.config.PropertyFile.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Turns entries into a {@link BrokerConfig}, or into the list of everything that is wrong with them. Used once. */
final class ConfigReader {
    private final String source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final SortedMap<String, Object> values = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private ConfigReader(String source) {
        this.source = source;
    }

    /**
     * @param source where the entries come from, for messages about what is missing
     * @param overrides count instead of the entries of the same name
     */
    static BrokerConfig read(String source, List<Entry> entries, Map<String, String> overrides) {
        ConfigReader reader = new ConfigReader(source);
        for (Entry entry : entries) {
            Entry before = reader.entries.put(entry.name(), entry);
            if (before != null) {
                reader.problem(entry, "is set a second time; the first is at " + before.origin());
            }
        }
        overrides.forEach((name, value) -> reader.entries.put(name, new Entry(name, value, "override")));
        return reader.finish();
    }

    private BrokerConfig finish() {
        entries.values().forEach(this::parse);
        for (Property<?> property : BrokerProperties.all().values()) {
            if (property.required() && !entries.containsKey(property.name())) {
                problems.add(source + ": " + property.name() + " must be set: " + property.doc());
            }
        }
        SortedMap<String, String> texts = new TreeMap<>();
        entries.values().forEach(entry -> texts.put(entry.name(), entry.value().trim()));
        BrokerConfig config = BrokerConfig.parsed(texts, values);
        if (problems.isEmpty()) {
            checkAddresses(config);
            checkSizes(config);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    private void parse(Entry entry) {
        Property<?> property = BrokerProperties.all().get(entry.name());
        if (property == null) {
            problems.add(entry.origin() + ": unknown property " + entry.name() + hint(entry.name()));
            return;
        }
        try {
            values.put(entry.name(), property.parse(entry.value()));
        } catch (IllegalArgumentException e) {
            problem(entry, e.getMessage());
        }
    }

    private static String hint(String name) {
        String advice = ForeignProperties.advice(name);
        if (advice != null) {
            return ": " + advice;
        }
        String nearest = NearestName.of(name, BrokerProperties.all().keySet());
        return nearest != null ? "; did you mean " + nearest + "?" : "; docs/configuration.md lists all of them";
    }

    private void checkAddresses(BrokerConfig config) {
        HostPort advertised = config.advertised();
        if (advertised.wildcard()) {
            Property<?> set = values.containsKey(ADVERTISED_LISTENERS.name()) ? ADVERTISED_LISTENERS : LISTENERS;
            problem(
                    set,
                    "nobody can connect to " + advertised
                            + "; set advertised.listeners to an address that others reach");
        }
        SortedMap<Integer, HostPort> voters = config.voters();
        HostPort own = voters.get(config.nodeId());
        if (own != null && !own.equals(advertised) && !mayBe(own, config.listener())) {
            problem(VOTERS, "gives this broker the address " + own + ", but it listens at " + advertised);
        }
        atMost(
                DEFAULT_REPLICATION_FACTOR,
                config.get(DEFAULT_REPLICATION_FACTOR),
                voters.size(),
                "the number of brokers");
        atMost(OFFSETS_REPLICATION_FACTOR, config.offsetsReplicationFactor(), voters.size(), "the number of brokers");
    }

    /** Whether a connection to this address may arrive at this listener. */
    private static boolean mayBe(HostPort address, HostPort listener) {
        return address.equals(listener) || listener.wildcard() && address.port() == listener.port();
    }

    private void checkSizes(BrokerConfig config) {
        atMost(MESSAGE_MAX_BYTES, config.get(MESSAGE_MAX_BYTES), SOCKET_REQUEST_MAX_BYTES, config);
        atMost(SOCKET_REQUEST_MAX_BYTES, config.get(SOCKET_REQUEST_MAX_BYTES), QUEUED_MAX_REQUEST_BYTES, config);
        atMost(
                GROUP_MIN_SESSION_TIMEOUT_MS,
                config.get(GROUP_MIN_SESSION_TIMEOUT_MS),
                GROUP_MAX_SESSION_TIMEOUT_MS,
                config);
        // With fewer than two heartbeats per timeout, one late packet starts an election.
        long half = config.get(RAFT_ELECTION_MS) / 2;
        atMost(RAFT_HEARTBEAT_MS, config.get(RAFT_HEARTBEAT_MS), half, "half of " + RAFT_ELECTION_MS);
    }

    private void atMost(Property<?> property, long value, Property<? extends Number> limit, BrokerConfig config) {
        atMost(property, value, config.get(limit).longValue(), limit.name());
    }

    private void atMost(Property<?> property, long value, long limit, String meaning) {
        if (value > limit) {
            problem(property, value + " is more than " + meaning + ", " + limit);
        }
    }

    private void problem(Property<?> property, String what) {
        Entry entry = entries.get(property.name());
        if (entry != null) {
            problem(entry, what);
        } else {
            problems.add(source + ": " + property.name() + " (default): " + what);
        }
    }

    private void problem(Entry entry, String what) {
        problems.add(entry.origin() + ": " + entry.name() + ": " + what);
    }
}
