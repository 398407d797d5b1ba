package io.flotilla.broker.cli;

import picocli.CommandLine.TypeConversionException;

/** A partition as users write it: the topic's name, a hyphen, the number. */
record PartitionName(String topic, int number) {
    /** Reads {@code TOPIC-N}; the topic's name may itself have hyphens in it. */
    static PartitionName of(String text) {
        int hyphen = text.lastIndexOf('-');
        try {
            int number = Integer.parseInt(text.substring(hyphen + 1));
            if (hyphen > 0 && number >= 0) {
                return new PartitionName(text.substring(0, hyphen), number);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new TypeConversionException("'" + text + "' is not a partition; write TOPIC-N, such as orders-0");
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
