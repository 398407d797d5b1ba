package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeTopicPartitionsRequest;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse.Partition;
import io.flotilla.wire.message.DescribeTopicPartitionsResponse.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DescribeTopicPartitionsHandlerTest {
    private final AdminFixture cluster = new AdminFixture();
    private final DescribeTopicPartitionsHandler handler = new DescribeTopicPartitionsHandler(cluster.view, 100);

    @BeforeEach
    void createTopics() {
        cluster.create("c", 3, 1);
        cluster.create("a", 2, 3);
        cluster.create("b", 4, 1);
    }

    @Test
    void describesAllTopicsInOrderWhenNoneIsNamed() {
        DescribeTopicPartitionsResponse response = ask(2000, null);
        assertThat(response.topics()).extracting(Topic::name).containsExactly("a", "b", "c");
        assertThat(response.nextCursor()).isNull();
        Partition partition = response.topics().get(0).partitions().get(0);
        assertThat(partition.leaderId()).isEqualTo(partition.replicaNodes().get(0));
        assertThat(partition.leaderEpoch()).isEqualTo(5);
        assertThat(partition.isrNodes()).hasSize(3);
        assertThat(partition.offlineReplicas()).isEmpty();
    }

    @Test
    void pagesOfAnySizeGiveEverythingOnce() {
        for (int limit = 1; limit <= 10; limit++) {
            List<String> seen = new ArrayList<>();
            DescribeTopicPartitionsRequest.Cursor cursor = null;
            do {
                DescribeTopicPartitionsResponse page = ask(limit, cursor);
                int partitions = 0;
                for (Topic topic : page.topics()) {
                    partitions += topic.partitions().size();
                    topic.partitions().forEach(each -> seen.add(topic.name() + each.partitionIndex()));
                }
                assertThat(partitions).isBetween(1, limit);
                cursor = page.nextCursor() == null
                        ? null
                        : new DescribeTopicPartitionsRequest.Cursor(
                                page.nextCursor().topicName(), page.nextCursor().partitionIndex());
            } while (cursor != null);
            assertThat(seen).containsExactly("a0", "a1", "b0", "b1", "b2", "b3", "c0", "c1", "c2");
        }
    }

    @Test
    void theBrokersLimitCountsToo() {
        DescribeTopicPartitionsResponse page =
                cluster.ask(new DescribeTopicPartitionsHandler(cluster.view, 3), 0, request(2000, null));
        assertThat(page.topics().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .sum())
                .isEqualTo(3);
        assertThat(ask(0, null).topics().get(0).partitions()).hasSize(1);
    }

    @Test
    void aCursorBeyondWhatThereIsGoesOnAfterIt() {
        assertThat(ask(10, new DescribeTopicPartitionsRequest.Cursor("b", 99)).topics())
                .extracting(topic -> topic.partitions().size())
                .containsExactly(0, 3);
        assertThat(ask(10, new DescribeTopicPartitionsRequest.Cursor("bb", 1)).topics())
                .extracting(Topic::name)
                .containsExactly("c");
    }

    @Test
    void namedTopicsComeSortedWithTheirErrors() {
        DescribeTopicPartitionsResponse response = ask(100, null, "none", "b", "bad name", "b");
        assertThat(response.topics())
                .extracting(Topic::name, topic -> ErrorCode.of(topic.errorCode()))
                .containsExactly(
                        tuple("b", ErrorCode.NONE),
                        tuple("bad name", ErrorCode.INVALID_TOPIC_EXCEPTION),
                        tuple("none", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }

    @Test
    void aNegativeCursorIsRefused() {
        DescribeTopicPartitionsResponse response = ask(10, new DescribeTopicPartitionsRequest.Cursor("b", -1), "b");
        assertThat(ErrorCode.of(response.topics().get(0).errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    private DescribeTopicPartitionsResponse ask(
            int limit, DescribeTopicPartitionsRequest.Cursor cursor, String... topics) {
        return cluster.ask(handler, 0, request(limit, cursor, topics));
    }

    private static DescribeTopicPartitionsRequest request(
            int limit, DescribeTopicPartitionsRequest.Cursor cursor, String... topics) {
        return DescribeTopicPartitionsRequest.builder()
                .topics(Arrays.stream(topics)
                        .map(DescribeTopicPartitionsRequest.Topic::new)
                        .toList())
                .responsePartitionLimit(limit)
                .cursor(cursor)
                .build();
    }
}
