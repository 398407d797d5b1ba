package io.flotilla.broker.config;

import java.util.List;

/** A configuration that is refused. Its message holds everything that is wrong, one line each, for the user to read. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param problems at least one; each says where, what is wrong and what is allowed, in one line */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems), null, false, false);
    }

    public List<String> problems() {
        return getMessage().lines().toList();
    }
}
