package io.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaftMessageCodecTest {
    private static final long INDEX = 0x0102_0304_0506_0708L;
    private static final int TERM = 0x1112_1314;

    static Stream<RaftMessage> messages() {
        Configuration joint = new Configuration(NodeSet.of(1, 2, 3), NodeSet.of(9), NodeSet.of(3, 4, 5));
        return Stream.of(
                new VoteRequest(TERM, INDEX, 7, false, false),
                new VoteRequest(TERM, INDEX, 7, true, false),
                new VoteRequest(TERM, INDEX, 7, false, true),
                new VoteResponse(TERM, true, false),
                new VoteResponse(TERM, false, true),
                AppendRequest.probe(TERM, INDEX, 7, INDEX - 1),
                AppendResponse.accepted(TERM, INDEX, INDEX - 2),
                AppendResponse.rejected(TERM, INDEX, INDEX - 3, 6),
                new CommitNotice(TERM, INDEX, 7),
                new LeaderResigned(TERM),
                new SnapshotRequest(TERM, INDEX, 7, joint, 5, INDEX, -1, 9),
                new SnapshotRequest(TERM, INDEX, 7, Configuration.NONE, 0, 0, 0, 0),
                SnapshotResponse.installed(TERM, INDEX),
                SnapshotResponse.receiving(TERM, INDEX, 12),
                SnapshotResponse.failed(TERM, INDEX),
                new TimeoutNow(TERM),
                AppendResponse.accepted(TERM, INDEX, INDEX - 2).from(true),
                AppendResponse.rejected(TERM, INDEX, INDEX - 3, 6).from(true),
                new ConfirmRequest(TERM, INDEX, 77),
                new ConfirmResponse(TERM, INDEX),
                new ReadIndexRequest(TERM, INDEX),
                new ReadIndexResponse(TERM, INDEX, true, INDEX, 7),
                ReadIndexResponse.failed(TERM, INDEX),
                new Readmission(TERM, INDEX));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsWhatItWroteAndStopsAtThePayload(RaftMessage message) {
        ByteBuf bytes = encode(message).writeInt(42);

        assertThat(RaftMessageCodec.read(bytes)).isEqualTo(message);
        assertThat(bytes.readInt()).isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refusesEveryTruncation(RaftMessage message) {
        ByteBuf bytes = encode(message);
        for (int length = 0; length < bytes.readableBytes(); length++) {
            ByteBuf part = bytes.slice(0, length);
            assertThatThrownBy(() -> RaftMessageCodec.read(part)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void keepsItsFormat() {
        ByteBuf bytes = encode(new VoteRequest(5, 6, 4, true, false));

        assertThat(bytes)
                .isEqualTo(
                        Unpooled.wrappedBuffer(new byte[] {2, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 4, 1}));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertMalformed(encode(new TimeoutNow(1)).setByte(0, 1), "message format 1");
        assertMalformed(encode(new TimeoutNow(1)).setByte(1, 0), "message type 0");
        assertMalformed(encode(new TimeoutNow(1)).setByte(1, 15), "message type 15");
        assertMalformed(encode(new TimeoutNow(1)).setInt(2, -1), "negative term");
        assertMalformed(encode(new CommitNotice(1, 1, 1)).setLong(6, -1), "negative index");
    }

    @Test
    void refusesLyingConfigurations() {
        ByteBuf tooMany =
                Unpooled.buffer().writeShort(ConfigurationCodec.MAX_NODES + 1).writeZero(8192);
        ByteBuf twice = Unpooled.buffer().writeShort(2).writeInt(1).writeInt(1).writeInt(0);
        ByteBuf votingLearner = Unpooled.buffer();
        for (int i = 0; i < 2; i++) {
            votingLearner.writeShort(1).writeInt(7);
        }
        votingLearner.writeShort(0);

        for (ByteBuf bytes : new ByteBuf[] {tooMany, twice, votingLearner}) {
            assertThatThrownBy(() -> ConfigurationCodec.read(bytes)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void survivesNoise() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            if (noise.length > 2) {
                noise[0] = RaftMessageCodec.VERSION;
                noise[1] = (byte) random.nextInt(16);
            }
            try {
                RaftMessageCodec.read(Unpooled.wrappedBuffer(noise));
            } catch (MalformedMessageException expected) {
                // The only way to fail.
            }
        }
    }

    private static void assertMalformed(ByteBuf bytes, String message) {
        assertThatThrownBy(() -> RaftMessageCodec.read(bytes))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(message);
    }

    private static ByteBuf encode(RaftMessage message) {
        ByteBuf bytes = Unpooled.buffer();
        RaftMessageCodec.write(bytes, message);
        return bytes;
    }
}
