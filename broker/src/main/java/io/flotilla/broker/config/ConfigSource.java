package io.flotilla.broker.config;

/** Where a configuration value comes from, with the number DescribeConfigs gives it (Kafka's {@code ConfigSource}). */
public enum ConfigSource {
    /** Set on the topic. */
    DYNAMIC_TOPIC_CONFIG(1),
    /** Set on one broker, while the cluster ran. */
    DYNAMIC_BROKER_CONFIG(2),
    /** Set for all brokers, while the cluster ran. */
    DYNAMIC_DEFAULT_BROKER_CONFIG(3),
    /** Set in the broker's properties file. */
    STATIC_BROKER_CONFIG(4),
    /** Set by nobody. */
    DEFAULT_CONFIG(5);

    private final byte code;

    ConfigSource(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }
}
