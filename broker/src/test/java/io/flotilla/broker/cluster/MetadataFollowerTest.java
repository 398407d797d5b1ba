package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.machine.TestPartition;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataFollowerTest {
    private final TestLoop loop = new TestLoop();
    private final MetadataFollower follower = new MetadataFollower(loop);
    private final TestPartition log = new TestPartition(loop, follower);

    @Test
    void seesWhatIsCommittedAndNothingElse() {
        log.lead();
        log.holdCommits = true;
        append(topic("a", 1));
        loop.run();
        assertThat(follower.image().topics()).isEmpty();
        log.commit();
        assertThat(follower.image().topic("a")).isNotNull();
        assertThat(follower.image().offset()).isZero();
    }

    @Test
    void publishesEveryImageInOrderBeginningWithTheCurrentOne() {
        log.lead();
        append(topic("a", 1));
        loop.run();
        List<Long> offsets = new ArrayList<>();
        follower.subscribe(image -> offsets.add(image.offset()));
        loop.run();
        append(topic("b", 2));
        append(topic("c", 3));
        loop.run();
        assertThat(offsets).startsWith(0L).endsWith(2L).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aListenerThatFailsHarmsNobody() {
        log.lead();
        List<Long> offsets = new ArrayList<>();
        loop.execute(() -> {
            follower.subscribe(image -> {
                if (image.offset() >= 0) {
                    throw new IllegalArgumentException("broken listener");
                }
            });
            follower.subscribe(image -> offsets.add(image.offset()));
        });
        loop.run();
        append(topic("a", 1));
        loop.run();
        append(topic("b", 2));
        loop.run();
        assertThat(offsets).containsExactly(-1L, 0L, 1L);
    }

    @Test
    void catchesUpWithALogThatWasThereBefore() {
        TestPartition before = new TestPartition(loop, new MetadataFollower(loop));
        before.lead();
        for (int i = 0; i < 20; i++) {
            append(before, topic("t" + i, i));
        }
        loop.run();
        MetadataFollower late = new MetadataFollower(loop);
        TestPartition after = before.inherit(late);
        after.lead();
        append(after, topic("last", 99));
        loop.run();
        assertThat(late.image().topics()).hasSize(21);
    }

    @Test
    void whatItCannotUnderstandItDoesNotFollowFurther() {
        log.lead();
        append(topic("a", 1));
        append(topic("a", 2)); // the same name again cannot be
        loop.run();
        append(topic("b", 3));
        loop.run();
        assertThat(follower.image().topics()).extracting(TopicInfo::name).containsExactly("a");
    }

    private static Message topic(String name, long id) {
        return new ClusterTopicRecord(name, new UUID(1, id), List.of(new ClusterTopicRecord.Partition(List.of(0))));
    }

    private void append(Message message) {
        append(log, message);
    }

    private static void append(TestPartition partition, Message message) {
        MachineRecord record = RecordType.encode(message);
        try (RecordBatchBuilder builder = new RecordBatchBuilder(ByteBufAllocator.DEFAULT)) {
            partition.append(builder.append(0, record.key(), record.value()).build());
        }
    }
}
