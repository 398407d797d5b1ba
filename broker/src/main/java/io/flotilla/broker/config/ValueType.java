package io.flotilla.broker.config;

/** How a value is written, with the number DescribeConfigs gives it (Kafka's {@code ConfigResponse.ConfigType}). */
public enum ValueType {
    BOOLEAN(1, "boolean"),
    STRING(2, "string"),
    INT(3, "int"),
    LONG(5, "long"),
    DOUBLE(6, "double"),
    LIST(7, "list");

    private final byte code;
    private final String label;

    ValueType(int code, String label) {
        this.code = (byte) code;
        this.label = label;
    }

    public byte code() {
        return code;
    }

    /** The word the documentation uses. */
    public String label() {
        return label;
    }
}
