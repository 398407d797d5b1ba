package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.RaftMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutboxTest {
    private static final int LARGE = 100_000;

    @RegisterExtension
    final Buffers buffers = new Buffers();

    private record Frame(int node, ByteBuf bytes) {}

    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<Frame> sent = new ArrayList<>();
    private final List<Integer> lost = new ArrayList<>();
    private boolean refuses;
    private final Outbox outbox = new Outbox(this::send, loop::add, buffers.allocator, lost::add);

    private boolean send(int node, ByteBuf frame) {
        if (refuses) {
            frame.release();
            return false;
        }
        sent.add(new Frame(node, frame));
        return true;
    }

    private void endTurn() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    private ByteBuf payload(int bytes) {
        return buffers.allocator.buffer(bytes).writeZero(bytes).setByte(0, bytes % 100);
    }

    private static GroupId group(int number) {
        return HostCluster.groupId(number);
    }

    private static RaftMessage notice(int number) {
        return new CommitNotice(1, number, 1);
    }

    /** What a frame holds, one line per message. */
    private static List<String> messages(Frame frame) {
        assertThat(PeerFrame.kind(frame.bytes)).isEqualTo(PeerFrame.MESSAGES);
        List<String> found = new ArrayList<>();
        GroupHost.forEachMessage(frame.bytes.duplicate(), (id, message, payload) -> {
            String content = payload.isReadable() ? " first byte " + payload.getByte(payload.readerIndex()) : "";
            found.add("group " + id.partition() + " " + message.type() + " " + payload.readableBytes() + " bytes"
                    + content);
        });
        return found;
    }

    @AfterEach
    void release() {
        sent.forEach(frame -> frame.bytes.release());
    }

    @Test
    void theMessagesOfATurnShareAFramePerNodeInTheirOrder() {
        outbox.add(2, group(0), notice(1), null);
        outbox.add(3, group(0), notice(1), null);
        outbox.add(2, group(7), notice(2), null);
        assertThat(sent).isEmpty();
        endTurn();
        assertThat(sent).extracting(Frame::node).containsExactly(2, 3);
        assertThat(messages(sent.get(0)))
                .containsExactly("group 0 COMMIT_NOTICE 0 bytes", "group 7 COMMIT_NOTICE 0 bytes");
        assertThat(messages(sent.get(1))).containsExactly("group 0 COMMIT_NOTICE 0 bytes");
    }

    @Test
    void payloadsFollowTheirMessagesSmallOnesAndLargeOnes() {
        outbox.add(2, group(0), AppendRequest.probe(1, 0, 0, 0), payload(10));
        outbox.add(2, group(1), AppendRequest.probe(1, 0, 0, 0), payload(LARGE + 1));
        outbox.add(2, group(2), notice(1), null);
        outbox.add(2, group(3), AppendRequest.probe(1, 0, 0, 0), payload(LARGE + 2));
        outbox.add(2, group(4), AppendRequest.probe(1, 0, 0, 0), payload(11));
        endTurn();
        assertThat(sent).hasSize(1);
        assertThat(messages(sent.get(0)))
                .containsExactly(
                        "group 0 APPEND_REQUEST 10 bytes first byte 10",
                        "group 1 APPEND_REQUEST 100001 bytes first byte 1",
                        "group 2 COMMIT_NOTICE 0 bytes",
                        "group 3 APPEND_REQUEST 100002 bytes first byte 2",
                        "group 4 APPEND_REQUEST 11 bytes first byte 11");
    }

    @Test
    void aFrameGrownLargeLeavesBeforeTheTurnEnds() {
        for (int i = 0; i < 25; i++) {
            outbox.add(2, group(i), AppendRequest.probe(1, 0, 0, 0), payload(LARGE));
        }
        assertThat(sent).hasSize(2);
        endTurn();
        assertThat(sent).hasSize(3);
        assertThat(sent.stream().mapToInt(frame -> messages(frame).size()).sum())
                .isEqualTo(25);
    }

    @Test
    void aFrameOfItsOwnGoesBehindWhatWasCollected() {
        outbox.add(2, group(0), notice(1), null);
        ByteBuf own = buffers.allocator.buffer().writeByte(PeerFrame.GROUPS);
        outbox.sendFrame(2, own);
        endTurn();
        assertThat(sent).hasSize(2);
        assertThat(messages(sent.get(0))).hasSize(1);
        assertThat(sent.get(1).bytes).isSameAs(own);
    }

    @Test
    void everyTurnStartsAnew() {
        outbox.add(2, group(0), notice(1), null);
        endTurn();
        endTurn();
        outbox.add(2, group(1), notice(1), null);
        endTurn();
        assertThat(sent).hasSize(2);
        assertThat(messages(sent.get(1))).containsExactly("group 1 COMMIT_NOTICE 0 bytes");
    }

    @Test
    void aLostFrameIsReportedInALaterTurn() {
        refuses = true;
        outbox.add(2, group(0), AppendRequest.probe(1, 0, 0, 0), payload(LARGE));
        outbox.sendFrame(3, buffers.allocator.buffer().writeByte(PeerFrame.GROUPS));
        assertThat(lost).isEmpty();
        endTurn();
        assertThat(lost).containsExactly(3, 2);
    }
}
