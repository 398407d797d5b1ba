package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's Java consumers in groups: who reads what, and from where after a restart. */
@ExtendWith(SharedCluster.class)
final class GroupTest {
    private static final Map<String, Object> QUICK =
            Map.of("session.timeout.ms", 6000, "heartbeat.interval.ms", 500, "metadata.max.age.ms", 1000);

    @ParameterizedTest
    @ValueSource(
            classes = {
                RangeAssignor.class,
                RoundRobinAssignor.class,
                StickyAssignor.class,
                CooperativeStickyAssignor.class
            })
    void twoMembersShareAndTakeOverFromEachOther(Class<?> assignor, Clients clients) throws Exception {
        String topic = "shared-" + assignor.getSimpleName();
        clients.createTopic(topic, 4);
        Map<String, Object> settings =
                Map.of("partition.assignment.strategy", assignor.getName(), "heartbeat.interval.ms", 300);
        Set<String> all = Set.of(topic + "-0", topic + "-1", topic + "-2", topic + "-3");
        try (PollingMember first = PollingMember.of(clients, topic, topic, settings)) {
            Await.until("the first has all", () -> first.assignment().equals(all));
            produce(clients, topic, "a", 40);
            Await.until("the first has read all", () -> first.values().size() == 40);
            try (PollingMember second = PollingMember.of(clients, topic, topic, settings)) {
                Await.until(
                        "they share",
                        () -> first.assignment().size() == 2
                                && union(first, second).equals(all));
                produce(clients, topic, "b", 40);
                Await.until(
                        "they have read all",
                        () -> first.values().size() + second.values().size() == 80);
                assertThat(second.values()).isNotEmpty().allMatch(value -> value.startsWith("b"));
            }
            Await.until("the first has all again", () -> first.assignment().equals(all));
            produce(clients, topic, "c", 40);
            Await.until("the first has read all", () -> first.values().containsAll(List.of(Clients.numbered("c", 40))));
            assertThat(first.values()).as("nothing is read twice").doesNotHaveDuplicates();
            assertThat(first.failure()).isNull();
        }
    }

    @Test
    void aMemberThatVanishesIsReplacedAfterItsSessionTimeout(Clients clients) throws Exception {
        clients.createTopic("vanish", 2);
        try (PollingMember stays = PollingMember.of(clients, "vanish", "vanish", QUICK)) {
            PollingMember vanishes = PollingMember.of(clients, "vanish", "vanish", QUICK);
            try {
                Await.until(
                        "they share",
                        () -> stays.assignment().size() == 1
                                && vanishes.assignment().size() == 1);
            } finally {
                vanishes.vanish();
            }
            Await.until("the one that stays has all", () -> stays.assignment().size() == 2);
        }
    }

    @Test
    void aStaticMemberComesBackWithoutARebalance(Clients clients) throws Exception {
        clients.createTopic("static", 2);
        Map<String, Object> first = Map.of("group.instance.id", "one", "session.timeout.ms", 45_000);
        Map<String, Object> second = Map.of("group.instance.id", "two", "session.timeout.ms", 45_000);
        try (PollingMember stays = PollingMember.of(clients, "static", "static", first)) {
            Set<String> had;
            int revocations;
            try (PollingMember leaves = PollingMember.of(clients, "static", "static", second)) {
                Await.until(
                        "they share",
                        () -> stays.assignment().size() == 1
                                && leaves.assignment().size() == 1);
                had = leaves.assignment();
                revocations = stays.revocations();
                leaves.vanish();
            }
            try (PollingMember back = PollingMember.of(clients, "static", "static", second)) {
                Await.until("it has what it had", () -> back.assignment().equals(had));
                produce(clients, "static", "value", 10);
                Await.until(
                        "all is read",
                        () -> stays.values().size() + back.values().size() == 10);
                assertThat(stays.revocations()).isEqualTo(revocations);
            }
        }
    }

    @Test
    void ofTwoWithOneInstanceIdTheOlderIsFenced(Clients clients) throws Exception {
        clients.createTopic("fenced", 1);
        Map<String, Object> settings = Map.of("group.instance.id", "same", "heartbeat.interval.ms", 300);
        try (PollingMember older = PollingMember.of(clients, "fenced", "fenced", settings)) {
            Await.until("the older has it", () -> older.assignment().size() == 1);
            try (PollingMember newer = PollingMember.of(clients, "fenced", "fenced", settings)) {
                Await.until("the newer has it", () -> newer.assignment().size() == 1);
                Await.until("the older is fenced", () -> older.failure() instanceof FencedInstanceIdException);
            }
        }
    }

    @Test
    void aGroupResumesFromWhatItCommitted(Clients clients) throws Exception {
        clients.createTopic("resume", 1);
        TopicPartition partition = new TopicPartition("resume", 0);
        clients.produce(partition, Clients.numbered("value", 10));
        Map<String, Object> settings = Map.of("group.id", "resume", "enable.auto.commit", false, "max.poll.records", 4);
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("resume"));
            assertThat(Clients.poll(consumer, 4)).hasSize(4);
            consumer.commitSync();
            assertThat(Clients.poll(consumer, 4)).hasSize(4);
        }
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("resume"));
            assertThat(Clients.poll(consumer, 4).get(0).offset()).isEqualTo(4);
            AtomicReference<Exception> failure = new AtomicReference<>();
            AtomicReference<Map<TopicPartition, OffsetAndMetadata>> committed = new AtomicReference<>();
            consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(7, "half way")), (offsets, exception) -> {
                committed.set(offsets);
                failure.set(exception);
            });
            Await.until("the commit is answered", () -> {
                consumer.poll(Duration.ofMillis(50));
                return committed.get() != null;
            });
            assertThat(failure.get()).isNull();
            assertThat(consumer.committed(Set.of(partition)).get(partition).metadata())
                    .isEqualTo("half way");
        }
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("resume"));
            assertThat(Clients.values(Clients.poll(consumer, 3))).containsExactly("value7", "value8", "value9");
        }
    }

    @Test
    void closingCommitsWhatWasReadByDefault(Clients clients) throws Exception {
        clients.createTopic("auto-commit", 1);
        TopicPartition partition = new TopicPartition("auto-commit", 0);
        clients.produce(partition, "a", "b");
        Map<String, Object> settings = Map.of("group.id", "auto-commit");
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("auto-commit"));
            Clients.poll(consumer, 2);
        }
        clients.produce(partition, "c");
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("auto-commit"));
            assertThat(Clients.values(Clients.poll(consumer, 1))).containsExactly("c");
        }
    }

    @Test
    void aConsumerOutsideAnyGroupCommitsUnderAName(Clients clients) throws Exception {
        clients.createTopic("manual", 1);
        TopicPartition partition = new TopicPartition("manual", 0);
        clients.produce(partition, "a", "b", "c");
        try (KafkaConsumer<String, String> consumer = clients.consumer(Map.of("group.id", "manual"))) {
            consumer.assign(List.of(partition));
            assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, null);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(2)));
            assertThat(Clients.values(Clients.poll(consumer, 1))).containsExactly("c");
        }
    }

    @Test
    void aPatternFindsTopicsThatComeLater(Clients clients) throws Exception {
        clients.createTopic("pattern-1", 1);
        try (PollingMember member = new PollingMember(
                clients,
                "pattern",
                Map.of("metadata.max.age.ms", 500),
                (consumer, listener) -> consumer.subscribe(Pattern.compile("pattern-[0-9]+"), listener))) {
            Await.until("it has the first", () -> member.assignment().equals(Set.of("pattern-1-0")));
            clients.createTopic("pattern-22", 1);
            clients.createTopic("pattern-x", 1);
            Await.until("it has both", () -> member.assignment().equals(Set.of("pattern-1-0", "pattern-22-0")));
            clients.produce(new TopicPartition("pattern-22", 0), "found");
            Await.until("it reads the new one", () -> member.values().contains("found"));
        }
    }

    @Test
    void manyMembersReadEveryRecordOnce(Clients clients) throws Exception {
        clients.createTopic("crowd", 12);
        List<PollingMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                members.add(PollingMember.of(clients, "crowd", "crowd", Map.of("heartbeat.interval.ms", 300)));
            }
            Await.until("each has two", () -> members.stream()
                    .allMatch(member -> member.assignment().size() == 2));
            produce(clients, "crowd", "value", 600);
            Await.until(
                    "all is read",
                    () -> members.stream()
                                    .mapToInt(member -> member.values().size())
                                    .sum()
                            == 600);
            assertThat(members.stream().flatMap(member -> member.values().stream()))
                    .containsExactlyInAnyOrder(Clients.numbered("value", 600));
        } finally {
            members.forEach(PollingMember::close);
        }
    }

    @Test
    void aConsumerOfTheNewGroupProtocolIsToldToUseTheClassicOne(Clients clients) {
        Map<String, Object> settings = Map.of("group.id", "new-protocol", "group.protocol", "consumer");
        try (KafkaConsumer<String, String> consumer = clients.consumer(settings)) {
            consumer.subscribe(List.of("any"));
            assertThatThrownBy(() -> Clients.poll(consumer, 1))
                    .isInstanceOf(UnsupportedVersionException.class)
                    .hasMessageContaining("group.protocol=classic");
        }
    }

    private static Set<String> union(PollingMember one, PollingMember other) {
        Set<String> union = new HashSet<>(one.assignment());
        union.addAll(other.assignment());
        return union;
    }

    /** Sends {@code prefix0} and so on, one after the other to all partitions. */
    private static void produce(Clients clients, String topic, String prefix, int count) {
        try (KafkaProducer<String, String> producer = clients.producer(Map.of())) {
            int partitions = producer.partitionsFor(topic).size();
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, i % partitions, null, prefix + i));
            }
        }
    }
}
