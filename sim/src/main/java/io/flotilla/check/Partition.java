package io.flotilla.check;

/**
 * One partition of one topic. A topic that is deleted and created again is another topic: its events must carry another name,
 * for instance with its id.
 */
public record Partition(String topic, int number) implements Comparable<Partition> {
    @Override
    public int compareTo(Partition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
