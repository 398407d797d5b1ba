package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's admin client on consumer groups. */
@ExtendWith(SharedCluster.class)
final class AdminGroupsTest {
    private static final TopicPartition ZERO = new TopicPartition("offsets", 0);
    private static final TopicPartition ONE = new TopicPartition("offsets", 1);

    @Test
    void aGroupIsListedAndDescribed(Clients clients) throws Exception {
        clients.createTopic("described", 2);
        Map<String, Object> settings = Map.of("client.id", "reader", "group.instance.id", "instance");
        try (Admin admin = clients.admin();
                PollingMember member = PollingMember.of(clients, "described", "described", settings)) {
            Await.until("it has both partitions", () -> member.assignment().size() == 2);
            ConsumerGroupDescription group = describe(admin, "described");
            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(group.type()).isEqualTo(GroupType.CLASSIC);
            assertThat(group.partitionAssignor()).isEqualTo("range");
            assertThat(group.coordinator().id()).isBetween(1, 3);
            MemberDescription only = group.members().iterator().next();
            assertThat(group.members()).hasSize(1);
            assertThat(only.clientId()).isEqualTo("reader");
            assertThat(only.host()).contains("127.0.0.1");
            assertThat(only.groupInstanceId()).contains("instance");
            assertThat(only.assignment().topicPartitions())
                    .containsExactlyInAnyOrder(new TopicPartition("described", 0), new TopicPartition("described", 1));
            assertThat(listed(admin, Set.of(GroupState.STABLE))).contains("described");
            assertThat(listed(admin, Set.of(GroupState.EMPTY))).doesNotContain("described");
            assertThatThrownBy(() -> Clients.get(
                            admin.deleteConsumerGroups(List.of("described")).all()))
                    .isInstanceOf(GroupNotEmptyException.class);
            Clients.get(admin.removeMembersFromConsumerGroup(
                            "described",
                            new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("instance"))))
                    .all());
            Await.until(
                    "the member is told",
                    () -> member.failure() != null
                            || member.revocations() > 0
                            || describe(admin, "described").members().stream()
                                    .anyMatch(now -> !now.consumerId().equals(only.consumerId())));
        }
    }

    @Test
    void offsetsOfAGroupAreListedChangedAndDeleted(Clients clients) throws Exception {
        clients.createTopic("offsets", 2);
        try (Admin admin = clients.admin()) {
            Clients.get(admin.alterConsumerGroupOffsets(
                            "by-admin", Map.of(ZERO, new OffsetAndMetadata(5, "five"), ONE, new OffsetAndMetadata(7)))
                    .all());
            assertThat(committed(admin, "by-admin"))
                    .containsEntry(ZERO, new OffsetAndMetadata(5, "five"))
                    .containsEntry(ONE, new OffsetAndMetadata(7));
            assertThat(describe(admin, "by-admin").groupState()).isEqualTo(GroupState.EMPTY);
            Clients.get(
                    admin.deleteConsumerGroupOffsets("by-admin", Set.of(ZERO)).all());
            assertThat(committed(admin, "by-admin")).containsOnlyKeys(ONE);
            Clients.get(admin.deleteConsumerGroups(List.of("by-admin")).all());
            assertThat(committed(admin, "by-admin")).isEmpty();
            assertThatThrownBy(() -> Clients.get(
                            admin.deleteConsumerGroups(List.of("by-admin")).all()))
                    .isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    @Test
    void offsetsOfAGroupAtWorkAreProtected(Clients clients) throws Exception {
        clients.createTopic("at-work", 1);
        TopicPartition partition = new TopicPartition("at-work", 0);
        try (Admin admin = clients.admin();
                PollingMember member = PollingMember.of(clients, "at-work", "at-work", Map.of())) {
            Await.until("it has its partition", () -> member.assignment().size() == 1);
            assertThatThrownBy(() -> Clients.get(
                            admin.alterConsumerGroupOffsets("at-work", Map.of(partition, new OffsetAndMetadata(0)))
                                    .all()))
                    .isInstanceOf(UnknownMemberIdException.class);
            assertThatThrownBy(() -> Clients.get(admin.deleteConsumerGroupOffsets("at-work", Set.of(partition))
                            .all()))
                    .isInstanceOf(GroupSubscribedToTopicException.class);
        }
    }

    @Test
    void offsetsOfSeveralGroupsComeInOneAnswer(Clients clients) throws Exception {
        clients.createTopic("several", 1);
        TopicPartition partition = new TopicPartition("several", 0);
        try (Admin admin = clients.admin()) {
            for (int i = 0; i < 6; i++) {
                Clients.get(admin.alterConsumerGroupOffsets("several-" + i, Map.of(partition, new OffsetAndMetadata(i)))
                        .all());
            }
            for (int i = 0; i < 6; i++) {
                assertThat(committed(admin, "several-" + i).get(partition).offset())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void aGroupThatIsNotThereIsNotDescribed(Clients clients) {
        try (Admin admin = clients.admin()) {
            assertThatThrownBy(() -> describe(admin, "nobody")).isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private static ConsumerGroupDescription describe(Admin admin, String group) throws Exception {
        return Clients.get(admin.describeConsumerGroups(List.of(group)).all()).get(group);
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) throws Exception {
        return Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group));
    }

    private static List<String> listed(Admin admin, Set<GroupState> states) throws Exception {
        return Clients.get(admin.listGroups(new ListGroupsOptions().inGroupStates(states))
                        .all())
                .stream()
                .map(GroupListing::groupId)
                .toList();
    }
}
