package io.flotilla.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.log.LogConfig;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.LogFailure;
import io.flotilla.log.LogId;
import io.flotilla.log.LogListener;
import io.flotilla.log.OpenResult;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.fs.JdkFileSystem;
import io.flotilla.log.state.HardState;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla log} on a real directory. */
class LogCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private int flotilla(Object... args) {
        out.reset();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        return Flotilla.run(new ByteArrayInputStream(new byte[0]), out, err, texts);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void write() throws IOException {
        var identity = new MetaProperties("cluster", 1, new UUID(1, 2));
        LogDirectory open = LogDirectory.open(new JdkFileSystem(), directory, identity, Runnable::run);
        OpenResult result =
                open.openLog(new LogId("topic", new UUID(3, 4), 0), new byte[] {1}, LogConfig.DEFAULT, 1000, true);
        PartitionLog log = ((OpenResult.Opened) result).log();
        log.start(Runnable::run, new LogListener() {
            @Override
            public void durable(long lastIndex, int term) {}

            @Override
            public void failed(LogFailure cause) {}
        });
        var allocator = UnpooledByteBufAllocator.DEFAULT;
        log.append(RaftEntryBatch.buildLeaderChange(allocator, 0, 1, 5, 1), 1, 1000);
        try (RecordBatchBuilder builder = new RecordBatchBuilder(allocator)) {
            log.append(builder.append(1000, "a \"key\"", "two\nlines").build(), 1, 1000);
        }
        log.committed(2);
        open.journal().save(log.id().group(), new HardState(1, 1), Runnable::run);
        log.close().join();
        open.close().join();
    }

    private Path segment() {
        return directory.resolve("topic-0/00000000000000000000.log");
    }

    @Test
    void dumpsAFile() {
        assertThat(flotilla("log", "dump", segment())).isZero();
        assertThat(out())
                .contains("raft-entry  type: LEADER_CHANGE  term: 1", "leader: 1", "valid: true")
                .contains("batch  baseOffset: 0  lastOffset: 0  records: 1  term: 1  compression: none")
                .doesNotContain("key");
        assertThat(flotilla("log", "dump", "--print-data-log", segment())).isZero();
        assertThat(out())
                .contains("record  offset: 0  timestamp: 1970-01-01T00:00:01Z  key: a \"key\"  value: two\\nlines");
    }

    @Test
    void dumpsADirectoryAsJson() throws IOException {
        assertThat(flotilla("log", "dump", directory, "--json", "--records")).isZero();
        String kinds = "";
        for (String line : out().lines().toList()) {
            JsonNode fact = new ObjectMapper().readTree(line);
            kinds += fact.get("kind").textValue() + " ";
            if (fact.get("kind").textValue().equals("record")) {
                assertThat(fact.get("key").textValue()).isEqualTo("a \"key\"");
                assertThat(fact.get("value").textValue()).isEqualTo("two\nlines");
                assertThat(fact.get("timestamp").longValue()).isEqualTo(1000);
            }
        }
        assertThat(kinds).contains("group", "raft-entry", "batch", "record", "snapshot", "term-start", "time-index");
    }

    @Test
    void verifies() throws IOException {
        assertThat(flotilla("log", "verify", directory)).isZero();
        assertThat(out()).isEqualTo("1 partitions, 1 segments, 172 bytes, 2 entries, 1 records: no damage\n");
        try (RandomAccessFile file = new RandomAccessFile(segment().toFile(), "rw")) {
            file.seek(107);
            file.write(file.read() + 1);
        }
        assertThat(flotilla("log", "verify", directory)).isEqualTo(1);
        assertThat(out())
                .contains("DAMAGE  " + segment() + " at byte 88: CRC mismatch")
                .contains("1 damaged places");
        assertThat(flotilla("log", "verify", directory, "--json")).isEqualTo(1);
        assertThat(new ObjectMapper()
                        .readTree(out().lines().findFirst().orElseThrow())
                        .get("position")
                        .intValue())
                .isEqualTo(88);
    }
}
