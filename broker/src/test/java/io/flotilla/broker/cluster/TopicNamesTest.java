package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;

/** Kafka's own validation is the oracle. */
class TopicNamesTest {
    @Test
    void agreesWithKafkaOnChosenNames() {
        for (String name : List.of(
                "",
                ".",
                "..",
                "...",
                "a",
                "a.b",
                "a_b",
                "A-9",
                "a b",
                "a/b",
                "ä",
                "a\u0000",
                "__consumer_offsets",
                "x".repeat(249),
                "x".repeat(250),
                "\uD83D\uDE00",
                "٣")) {
            assertAgreement(name);
        }
    }

    @Test
    void agreesWithKafkaOnRandomNames() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder name = new StringBuilder();
            int length = random.nextInt(6);
            for (int j = 0; j < length; j++) {
                name.append((char) random.nextInt(0x20, 0x180));
            }
            assertAgreement(name.toString());
        }
    }

    @Test
    void collidesAsKafkaSays() {
        List<String> names = List.of("a.b", "a_b", "a-b", "ab", "a.b.c", "a_b.c");
        for (String one : names) {
            for (String other : names) {
                assertThat(TopicNames.metricForm(one).equals(TopicNames.metricForm(other)))
                        .as("%s and %s", one, other)
                        .isEqualTo(Topic.hasCollision(one, other));
            }
        }
    }

    private static void assertAgreement(String name) {
        assertThat(TopicNames.problem(name) == null).as("'%s'", name).isEqualTo(kafkaAccepts(name));
    }

    private static boolean kafkaAccepts(String name) {
        try {
            Topic.validate(name);
            return true;
        } catch (InvalidTopicException e) {
            return false;
        }
    }
}
