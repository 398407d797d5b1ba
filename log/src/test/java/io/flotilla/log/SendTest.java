package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.CountingFiles;
import io.flotilla.log.fs.FileBytes;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads for consumers, whose bytes may stay in the file: what is sent from it, what is read and checked, and for how long. */
class SendTest {
    private static final long LASTING_MS = 60_000;
    private static final int BATCHES = 30;
    private static final int VALUE_BYTES = 5_000;
    private static final int MAX_BYTES = 50_000;

    private final LogFixture fixture = new LogFixture();
    private final CountingFiles disk = new CountingFiles(fixture.disk);
    private final List<Integer> sizes = new ArrayList<>();

    /** A log of which nothing is in memory: two segments, and one of Raft's entries after ten records. */
    @BeforeEach
    void fill() throws IOException {
        fixture.files = disk;
        fixture.config = new LogConfig(100_000, 1_000_000, 4096, 0, false, 60_000, 100, 0);
        open();
        for (int i = 0; i < BATCHES; i++) {
            if (i == 10) {
                fixture.log.append(Batches.leaderChange(1, 1), 1, 0);
            }
            ByteBuf batch = Batches.records(Compression.NONE, VALUE_BYTES, i);
            sizes.add(batch.readableBytes());
            fixture.log.append(batch, 1, 0);
        }
        settle();
    }

    private void open() throws IOException {
        fixture.open();
        fixture.directory.setRecheckMs(LASTING_MS);
    }

    /** All is written, and nothing need be kept in memory. */
    private void settle() {
        fixture.log.committed(fixture.log.lastIndex());
        fixture.tasks.runAll();
    }

    private Path segment(long baseOffset) {
        return SegmentFiles.log(fixture.path(), baseOffset);
    }

    private ReadResult send(long offset, long limit, int maxBytes) {
        return fixture.await(fixture.log.fetchToSend(offset, limit, maxBytes, true));
    }

    private ByteBuf sent(long offset, long limit, int maxBytes) {
        ReadResult result = send(offset, limit, maxBytes);
        assertThat(result).isInstanceOf(ReadResult.Batches.class);
        return ((ReadResult.Batches) result).bytes();
    }

    private static boolean isInFile(ByteBuf bytes) {
        if (bytes instanceof CompositeByteBuf parts) {
            return parts.component(0).unwrap() instanceof FileBytes;
        }
        return bytes instanceof FileBytes;
    }

    /** What is sent is what a read into memory finds, byte for byte. */
    private void assertSends(boolean fromFile, long offset, long limit, int maxBytes) {
        ReadResult.Batches sent = (ReadResult.Batches) send(offset, limit, maxBytes);
        ReadResult.Batches copied = fixture.fetch(offset, limit, maxBytes);
        assertThat(isInFile(sent.bytes())).isEqualTo(fromFile);
        assertThat(ByteBufUtil.getBytes(sent.bytes())).isEqualTo(ByteBufUtil.getBytes(copied.bytes()));
        assertThat(sent.firstIndex()).isEqualTo(copied.firstIndex());
        assertThat(sent.lastIndex()).isEqualTo(copied.lastIndex());
        copied.bytes().release();
        sent.bytes().release();
    }

    private void forget() {
        fixture.now += LASTING_MS;
        fixture.log.tick(fixture.now);
    }

    private void closeAll() {
        fixture.close();
        assertThat(disk.open).isZero();
    }

    @Test
    void whatWasWrittenAMomentAgoIsSentFromTheFile() {
        assertSends(true, 0, BATCHES, MAX_BYTES);
        assertSends(true, 3, 8, MAX_BYTES);
        closeAll();
    }

    @Test
    void raftsEntriesAreSteppedAround() {
        ByteBuf bytes = sent(8, 14, MAX_BYTES);
        assertThat(((CompositeByteBuf) bytes).numComponents()).isEqualTo(2);
        bytes.release();
        assertSends(true, 8, 14, MAX_BYTES);
        assertSends(true, 10, 14, MAX_BYTES);
        closeAll();
    }

    @Test
    void nothingIsSentPastTheHighWatermarkOrTheSizeAskedFor() {
        ByteBuf committed = sent(0, 5, MAX_BYTES);
        assertThat(committed.readableBytes())
                .isEqualTo(sizes.subList(0, 5).stream().mapToInt(size -> size).sum());
        committed.release();
        int fourBatches = sizes.get(0) * 4;
        ByteBuf limited = sent(0, BATCHES, fourBatches + 1);
        assertThat(limited.readableBytes()).isEqualTo(fourBatches);
        limited.release();
        closeAll();
    }

    @Test
    void littleIsCopied() {
        assertSends(false, 4, 6, MAX_BYTES);
        closeAll();
    }

    @Test
    void whatWasNotCheckedIsCheckedAndCopiedTheFirstTime() throws IOException {
        fixture.close();
        open();
        assertSends(false, 0, 8, MAX_BYTES);
        assertSends(true, 0, 8, MAX_BYTES);
        closeAll();
    }

    @Test
    void aBitThatFlippedBeforeTheFirstReadIsNeverSent() throws IOException {
        fixture.close();
        open();
        fixture.disk.flip(segment(0), 3L * sizes.get(0) + 1000, 0x10);
        assertThat(send(3, 10, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        assertThat(send(3, 10, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        closeAll();
    }

    @Test
    void aBitThatFlipsAfterTheCheckIsFoundWhenTheCheckHasExpired() throws IOException {
        assertSends(true, 3, 8, MAX_BYTES);
        fixture.disk.flip(segment(0), 3L * sizes.get(0) + 1000, 0x10);
        sent(3, 8, MAX_BYTES).release();
        forget();
        assertThat(send(3, 8, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        closeAll();
    }

    @Test
    void withoutTrustEveryReadIsChecked() {
        fixture.directory.setRecheckMs(0);
        forget();
        assertSends(false, 0, 8, MAX_BYTES);
        assertSends(false, 0, 8, MAX_BYTES);
        closeAll();
    }

    @Test
    void anOffsetOrATermThatChangedIsNeverSent() throws IOException {
        long batch = 4L * sizes.get(0);
        fixture.disk.flip(segment(0), batch + Long.BYTES - 1, 0x01);
        assertThat(send(3, 8, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        fixture.disk.flip(segment(0), batch + Long.BYTES - 1, 0x01);
        forget();
        sent(3, 8, MAX_BYTES).release();
        fixture.disk.flip(segment(0), batch + RecordBatch.SIZE_PREFIX_BYTES + 3, 0x01);
        assertThat(send(3, 8, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        closeAll();
    }

    @Test
    void afterDamageNothingIsTakenForChecked() throws IOException {
        fixture.disk.flip(segment(0), 1000, 0x10);
        ReadResult.Batches unnoticed = (ReadResult.Batches) send(0, 8, MAX_BYTES);
        unnoticed.bytes().release();
        assertThat(fixture.await(fixture.log.readEntries(1, 2, 100))).isInstanceOf(ReadResult.Damaged.class);
        assertThat(send(0, 8, MAX_BYTES)).isInstanceOf(ReadResult.Damaged.class);
        closeAll();
    }

    @Test
    void afterATruncationNothingIsTakenForChecked() {
        long last = fixture.log.lastIndex();
        fixture.log.append(Batches.records(Compression.NONE, VALUE_BYTES, 77), 1, 0);
        fixture.tasks.runAll();
        fixture.log.truncateFrom(last + 1);
        fixture.log.append(Batches.records(Compression.NONE, VALUE_BYTES, 78), 1, 0);
        settle();
        assertSends(false, BATCHES - 8, BATCHES + 1, MAX_BYTES);
        assertSends(true, BATCHES - 8, BATCHES + 1, MAX_BYTES);
        closeAll();
    }

    @Test
    void aReadThatATruncationOvertookIsDoneAgain() {
        long last = fixture.log.lastIndex();
        CompletableFuture<ReadResult> read = fixture.log.fetchToSend(0, BATCHES, MAX_BYTES, true);
        fixture.log.append(Batches.records(Compression.NONE, VALUE_BYTES, 77), 1, 0);
        fixture.tasks.runBackground();
        fixture.log.truncateFrom(last + 1);
        ReadResult.Batches batches = (ReadResult.Batches) fixture.await(read);
        assertThat(isInFile(batches.bytes())).isFalse();
        batches.bytes().release();
        closeAll();
    }

    @Test
    void bytesOnTheirWayOutliveTheirFilesName() throws IOException {
        ByteBuf bytes = sent(3, 8, MAX_BYTES);
        byte[] before = ByteBufUtil.getBytes(bytes);
        fixture.log.advanceLogStart(BATCHES);
        fixture.tasks.runAll();
        fixture.log.tick(fixture.now + 1_000_000);
        fixture.tasks.runAll();
        assertThat(fixture.disk.exists(segment(0))).isFalse();
        assertThat(ByteBufUtil.getBytes(bytes)).isEqualTo(before);
        fixture.close();
        assertThat(ByteBufUtil.getBytes(bytes)).isEqualTo(before);
        assertThat(disk.open).isOne();
        bytes.release();
        assertThat(disk.open).isZero();
    }

    @Test
    void aReadThatRetentionOvertookGivesTheFileBack() {
        CompletableFuture<ReadResult> read = fixture.log.fetchToSend(1, BATCHES, MAX_BYTES, true);
        fixture.tasks.runBackground();
        fixture.log.advanceLogStart(BATCHES);
        assertThat(fixture.await(read)).isInstanceOf(ReadResult.OutOfRange.class);
        closeAll();
    }

    @Test
    void aFileThatIsCutShortIsNoticed() throws IOException {
        ByteBuf bytes = sent(3, 8, MAX_BYTES);
        try (FileHandle file = fixture.disk.open(segment(0), FileSystem.Access.WRITE)) {
            file.truncate(4L * sizes.get(0));
        }
        assertThatThrownBy(() -> ByteBufUtil.getBytes(bytes)).isInstanceOf(UncheckedIOException.class);
        bytes.release();
        closeAll();
    }

    @Test
    void whoeverReadsOnLooksNoPositionUpAndOpensNothingAnew() throws IOException {
        fixture.close();
        open();
        disk.opened.clear();
        int most = 6 * sizes.get(0);
        List<Long> offsets = new ArrayList<>();
        for (long offset = 0; offset < BATCHES; ) {
            ReadResult.Batches batches = (ReadResult.Batches) send(offset, BATCHES, most);
            offsets.add(offset);
            offset = fixture.log.offsetAfter(batches.lastIndex());
            batches.bytes().release();
        }
        assertThat(offsets).hasSizeLessThan(BATCHES / 4);
        assertThat(disk.openedNames().stream().filter(name -> name.endsWith(SegmentFiles.LOG)))
                .doesNotHaveDuplicates();
        assertThat(disk.openedNames().stream().filter(name -> name.endsWith(SegmentFiles.INDEX)))
                .doesNotHaveDuplicates();
        closeAll();
    }

    @Test
    void whatComesNextIsReadAheadWhileTheDiskMustBeWaitedFor() {
        disk.cold = true;
        int read = 5 * sizes.get(0);
        sent(0, BATCHES, read).release();
        assertThat(disk.prefetched).hasSize(2);
        assertThat(disk.prefetched.get(0)).containsExactly(0L, (long) read);
        assertThat(disk.prefetched.get(1).get(0)).isEqualTo(read);
        disk.cold = false;
        disk.prefetched.clear();
        // It was in the system's memory for this reader, but what follows may not be: that is looked at once more.
        sent(5, BATCHES, read).release();
        assertThat(disk.prefetched).hasSize(2);
        disk.prefetched.clear();
        sent(10, BATCHES, read).release();
        assertThat(disk.prefetched).hasSize(1);
        closeAll();
    }
}
