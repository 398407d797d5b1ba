package io.flotilla.broker.cluster;

/** What a topic may be called: Kafka's rules. */
public final class TopicNames {
    /** The topic that holds consumer groups and their offsets. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";
    /** The name Kafka gives the metadata log; no topic may have it. */
    public static final String CLUSTER_METADATA = "__cluster_metadata";

    /** So that {@code <name>-<partition>} and a suffix make a file name. */
    private static final int MAX_LENGTH = 249;

    private TopicNames() {}

    /** What is wrong with a name, for the user, or null when it is fine. */
    public static String problem(String name) {
        if (name.isEmpty()) {
            return "Topic name is empty; use 1 to " + MAX_LENGTH + " letters, digits, '.', '_' and '-'";
        }
        if (name.equals(".") || name.equals("..")) {
            return "Topic name cannot be '.' or '..'";
        }
        if (name.length() > MAX_LENGTH) {
            return "Topic name is %d characters long; at most %d are allowed".formatted(name.length(), MAX_LENGTH);
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isAllowed(name.charAt(i))) {
                return "Topic name '%s' has a character other than ASCII letters, digits, '.', '_' and '-'"
                        .formatted(name);
            }
        }
        return null;
    }

    /** The name with dots as underscores. Metric names cannot tell the two apart, so no two topics may share this form. */
    static String metricForm(String name) {
        return name.replace('.', '_');
    }

    private static boolean isAllowed(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }
}
