package io.flotilla.broker.cluster;

/**
 * What a configuration belongs to.
 *
 * @param type Kafka's number for the kind of resource
 * @param name a topic's name; a broker's id, or empty for all brokers
 */
public record ConfigResource(byte type, String name) {
    public static final byte TOPIC = 2;
    public static final byte BROKER = 4;

    /** Whether this is the configuration all brokers share. */
    public boolean isAllBrokers() {
        return type == BROKER && name.isEmpty();
    }

    /** The broker's id, or -1 when the name is not one. */
    public int brokerId() {
        try {
            return Math.max(-1, Integer.parseInt(name));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
