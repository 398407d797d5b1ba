package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.quorum.Configuration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IncomingSnapshotTest {
    @RegisterExtension
    final Buffers buffers = new Buffers();

    private final IncomingSnapshot incoming = new IncomingSnapshot(buffers.allocator);
    private final ByteBuf whole = Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

    @AfterEach
    void release() {
        incoming.drop();
    }

    private long take(int term, long lastIndex, int offset, int size) {
        return incoming.take(part(term, lastIndex, offset, size, Checksum.of(whole)), whole.slice(offset, size));
    }

    private SnapshotRequest part(int term, long lastIndex, int offset, int size, int crc) {
        int partCrc = Checksum.of(whole.slice(offset, size));
        return new SnapshotRequest(term, lastIndex, 1, Configuration.of(1), offset, 8, crc, partCrc);
    }

    @Test
    void partsAddUpWhoeverSendsThem() {
        assertThat(take(1, 9, 0, 3)).isEqualTo(3);
        assertThat(take(2, 9, 3, 5)).as("from another leader").isEqualTo(8);
        ByteBuf all = incoming.takeAll();
        assertThat(all).isEqualTo(whole);
        all.release();
    }

    @Test
    void whatIsNotNextIsNotTaken() {
        assertThat(take(1, 9, 3, 2)).isZero();
        assertThat(take(1, 9, 0, 3)).isEqualTo(3);
        assertThat(take(1, 9, 0, 3)).isEqualTo(3);
        assertThat(take(1, 9, 5, 3)).isEqualTo(3);
    }

    @Test
    void aDamagedPartIsNotTaken() {
        SnapshotRequest part = part(1, 9, 0, 3, Checksum.of(whole));
        assertThat(incoming.take(part, whole.slice(1, 3))).isZero();
        assertThat(take(1, 9, 0, 3)).isEqualTo(3);
    }

    @Test
    void aSnapshotThatIsNotWhatItSaidIsUnusable() {
        assertThat(incoming.take(part(1, 9, 0, 4, 77), whole.slice(0, 4))).isEqualTo(4);
        assertThat(incoming.take(part(1, 9, 4, 4, 77), whole.slice(4, 4))).isEqualTo(IncomingSnapshot.UNUSABLE);
        assertThat(take(1, 9, 0, 8)).as("the next try").isEqualTo(8);
    }

    @Test
    void anotherSnapshotTakesThePlaceOfTheFirst() {
        take(1, 9, 0, 5);
        assertThat(take(1, 12, 0, 2)).isEqualTo(2);
        incoming.reached(12);
        assertThat(take(1, 12, 2, 2))
                .as("of a snapshot that was not needed any more")
                .isZero();
    }

    @Test
    void partsBeyondTheEndAndTooLargeSnapshotsAreRefused() {
        assertThat(incoming.take(part(1, 9, 6, 2, 0), whole.slice(0, 8))).isEqualTo(IncomingSnapshot.UNUSABLE);
        SnapshotRequest huge = new SnapshotRequest(1, 9, 1, Configuration.of(1), 0, 1L << 40, 0, 0);
        assertThat(incoming.take(huge, whole)).isEqualTo(IncomingSnapshot.UNUSABLE);
    }
}
