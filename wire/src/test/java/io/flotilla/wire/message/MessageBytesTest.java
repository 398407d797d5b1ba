package io.flotilla.wire.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.message.RandomMessages.Versioned;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message in every version, with random contents: our bytes are Kafka's bytes, and both sides read them alike. */
class MessageBytesTest {
    private static final int SEEDS = 20;

    static Stream<Versioned> kafkas() {
        return RandomMessages.kafkas();
    }

    static Stream<Versioned> all() {
        return RandomMessages.all();
    }

    @ParameterizedTest
    @MethodSource("kafkas")
    void ourBytesAreKafkasBytes(Versioned message) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Message ours = message.random(seed);
            var theirs = KafkaMessages.copyOf(ours, message.definition(), message.version());
            byte[] bytes = bytes(ours, message.version());

            assertThat(bytes).as("seed %d", seed).isEqualTo(KafkaMessages.write(theirs, message.version()));
            assertThat(KafkaMessages.read(message.definition(), bytes, message.version()))
                    .as("seed %d", seed)
                    .isEqualTo(theirs);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatIsWrittenIsReadBack(Versioned message) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Message written = message.random(seed);
            ByteBuf bytes = Unpooled.wrappedBuffer(bytes(written, message.version()));

            assertThat(message.read(bytes)).as("seed %d", seed).isEqualTo(written);
            assertThat(bytes.isReadable()).as("seed %d", seed).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void defaultsAreReadBack(Versioned message) {
        Message defaults = (Message)
                RandomMessages.build(message.definition(), message.definition().root(), Map.of());
        ByteBuf bytes = Unpooled.wrappedBuffer(bytes(defaults, message.version()));

        assertThat(message.read(bytes)).isEqualTo(defaults).hasSameHashCodeAs(defaults);
    }

    @ParameterizedTest
    @MethodSource("all")
    void recordsCanBeSentWithoutCopying(Versioned message) {
        Message written = message.random(1);
        ByteBuf out = Unpooled.buffer();
        List<ByteBuf> pieces = new ArrayList<>();
        int[] sent = {0};
        written.write(out, message.version(), (to, records) -> {
            pieces.add(to.copy(sent[0], to.writerIndex() - sent[0]));
            pieces.add(records.duplicate());
            sent[0] = to.writerIndex();
        });
        pieces.add(out.slice(sent[0], out.writerIndex() - sent[0]));

        byte[] gathered = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(pieces.toArray(ByteBuf[]::new)));
        assertThat(gathered).isEqualTo(bytes(written, message.version()));
    }

    @Test
    void recordsAreASliceOfTheFrame() {
        ProduceRequest request = produce(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        ByteBuf frame = Unpooled.directBuffer();
        request.write(frame, ProduceRequest.HIGHEST_VERSION);

        ByteBuf records = ProduceRequest.read(frame, ProduceRequest.HIGHEST_VERSION)
                .topicData()
                .get(0)
                .partitionData()
                .get(0)
                .records();

        assertThat(records.memoryAddress()).isBetween(frame.memoryAddress(), frame.memoryAddress() + frame.capacity());
        assertThat(frame.refCnt()).isOne();
        frame.release();
        assertThat(records.refCnt()).isZero();
    }

    @Test
    void writingLeavesRecordsAsTheyWere() {
        ByteBuf records = Unpooled.wrappedBuffer(new byte[] {1, 2, 3}).readerIndex(1);

        bytes(produce(records), ProduceRequest.HIGHEST_VERSION);

        assertThat(records.readerIndex()).isOne();
        assertThat(records.refCnt()).isOne();
    }

    private static ProduceRequest produce(ByteBuf records) {
        var partition = ProduceRequest.Partition.builder().records(records).build();
        var topic =
                ProduceRequest.Topic.builder().partitionData(List.of(partition)).build();
        return ProduceRequest.builder().topicData(List.of(topic)).build();
    }

    /** Encodes into a buffer of exactly the size the message announces, which must be filled. */
    static byte[] bytes(Message message, short version) {
        int size = message.size(version);
        ByteBuf out = Unpooled.buffer(size, size);
        message.write(out, version);
        assertThat(out.writerIndex()).as("size").isEqualTo(size);
        return out.array();
    }
}
