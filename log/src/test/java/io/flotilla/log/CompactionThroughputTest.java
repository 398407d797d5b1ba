package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.maintain.CompactionPlan;
import io.flotilla.log.maintain.Compactor;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How fast a log on a disk is compacted: {@code -Dflotilla.compaction=MB} says how large it is. */
@EnabledIfSystemProperty(named = "flotilla.compaction", matches = "\\d+")
class CompactionThroughputTest {
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final int BATCH_RECORDS = 16;
    private static final int VALUE_BYTES = 1000;
    private static final long LENGTH = Long.getLong("flotilla.compaction", 0) << 20;

    private final Tasks tasks = new Tasks();

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"NONE", "LZ4"})
    void ofThousandByteRecords(Compression compression, @TempDir Path path) throws IOException {
        LogDirectory directory = LogDirectory.open(new JdkFileSystem(), path, LogFixture.IDENTITY, tasks.background);
        LogConfig config = new LogConfig(SEGMENT_BYTES, 1L << 40, 4096, 0, false, 60_000, 100, 0);
        OpenResult.Opened opened =
                (OpenResult.Opened) directory.openLog(LogFixture.ID, new byte[] {1}, config, 1000, false);
        PartitionLog log = opened.log();
        log.start(tasks.loop, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {
                log.committed(lastIndex);
            }

            @Override
            public void failed(LogFailure cause) {
                throw new AssertionError(cause.toString());
            }
        });
        Random random = new Random(1);
        int keys = (int) (LENGTH / VALUE_BYTES / 4);
        while (log.sizeInBytes() < LENGTH) {
            log.append(batch(compression, random, keys), 1, 1000);
            tasks.runAll();
        }
        log.tick(1000);
        log.tick(1000);
        tasks.runAll();
        CompactionPlan plan =
                log.compaction().plan(new CompactionSettings(0, 1000, 128 << 20), log.committedIndex(), 2000);
        long start = System.nanoTime();
        long before = log.sizeInBytes();
        try (Compactor compactor = new Compactor(log.compaction().files(), plan)) {
            Compactor.Progress progress = compactor.step(1 << 20);
            while (!(progress instanceof Compactor.Progress.Done)) {
                if (progress instanceof Compactor.Progress.Compacted compacted) {
                    log.compaction().swap(compacted.segment());
                    tasks.runAll();
                }
                progress = compactor.step(1 << 20);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "%s: %d MB with %d keys to %d MB in %.1f s: read %.0f MB/s, wrote %.0f MB/s%n",
                    compression,
                    before >> 20,
                    keys,
                    log.sizeInBytes() >> 20,
                    seconds,
                    compactor.bytesRead() / seconds / 1e6,
                    compactor.bytesWritten() / seconds / 1e6);
        }
        assertThat(log.sizeInBytes()).isLessThan(before / 2);
        log.close();
        tasks.runAll();
        directory.close();
        tasks.runAll();
    }

    private static ByteBuf batch(Compression compression, Random random, int keys) {
        try (RecordBatchBuilder builder =
                new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT).compression(compression)) {
            for (int i = 0; i < BATCH_RECORDS; i++) {
                // Half of a value is the same everywhere, so that it compresses.
                byte[] value = new byte[VALUE_BYTES];
                random.nextBytes(value);
                Arrays.fill(value, 0, VALUE_BYTES / 2, (byte) 'x');
                builder.append(1000, ("key" + random.nextInt(keys)).getBytes(StandardCharsets.UTF_8), value);
            }
            return builder.build();
        }
    }
}
