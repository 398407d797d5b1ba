package io.flotilla.log.inspect;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that a dump says. Its fields are in the order in which they are to be shown; their values are text, numbers, truth
 * values and {@link Instant}s.
 */
public final class Fact {
    private final String kind;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** @param kind what it is about: {@code file}, {@code batch}, {@code record} and so on */
    Fact(String kind) {
        this.kind = kind;
    }

    /** Adds a field, unless it has no value. */
    Fact with(String name, Object value) {
        if (value != null) {
            fields.put(name, value);
        }
        return this;
    }

    /** Adds a time in milliseconds since the epoch; -1 stands for none. */
    Fact withTime(String name, long millis) {
        return with(name, millis == -1 ? null : Instant.ofEpochMilli(millis));
    }

    public String kind() {
        return kind;
    }

    public Map<String, Object> fields() {
        return Collections.unmodifiableMap(fields);
    }
}
