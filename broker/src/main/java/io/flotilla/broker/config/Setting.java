package io.flotilla.broker.config;

/**
 * A value as somebody wrote it.
 *
 * @param name of the property it was written for; a topic's value may come from a broker property of another name
 */
public record Setting(String name, String value, ConfigSource source) {}
