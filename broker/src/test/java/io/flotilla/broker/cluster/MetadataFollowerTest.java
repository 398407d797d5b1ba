package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.machine.TestPartition;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.message.ClusterTopicRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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

    @Test
    void aReadThatFailsIsTriedAgain() {
        FailingReads partition = new FailingReads(log);
        log.lead();
        append(topic("a", 1));
        partition.failures = 3;
        MetadataFollower other = new MetadataFollower(loop);
        loop.execute(() -> other.committed(partition, 1));
        loop.run();
        assertThat(other.image().topics()).isEmpty();
        loop.advance(1_000);
        assertThat(other.image().topic("a")).isNotNull();
    }

    /** A partition whose disk is troubled for a while. */
    private static final class FailingReads implements LedPartition {
        private final LedPartition partition;
        private int failures;

        FailingReads(LedPartition partition) {
            this.partition = partition;
        }

        @Override
        public PartitionId id() {
            return partition.id();
        }

        @Override
        public EventLoop loop() {
            return partition.loop();
        }

        @Override
        public int term() {
            return partition.term();
        }

        @Override
        public long logStartOffset() {
            return partition.logStartOffset();
        }

        @Override
        public long highWatermark() {
            return partition.highWatermark();
        }

        @Override
        public long logEndOffset() {
            return partition.logEndOffset();
        }

        @Override
        public CompletableFuture<Long> append(ByteBuf batch) {
            return partition.append(batch);
        }

        @Override
        public CompletableFuture<Boolean> confirm() {
            return partition.confirm();
        }

        @Override
        public CompletableFuture<ByteBuf> readCommitted(long offset, int maxBytes) {
            return failures-- > 0
                    ? CompletableFuture.failedFuture(new IllegalStateException("disk trouble"))
                    : partition.readCommitted(offset, maxBytes);
        }
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
