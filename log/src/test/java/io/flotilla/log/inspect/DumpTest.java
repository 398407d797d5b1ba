package io.flotilla.log.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.Batches;
import io.flotilla.log.LogFixture;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.HardState;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.RecordBatchBuilder;
import io.flotilla.wire.record.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DumpTest {
    private final LogFixture fixture = new LogFixture();
    private final List<Fact> facts = new ArrayList<>();

    private List<Map<String, Object>> of(String kind) {
        return facts.stream()
                .filter(fact -> fact.kind().equals(kind))
                .map(Fact::fields)
                .toList();
    }

    private void dump(boolean records) throws IOException {
        facts.clear();
        new Dump(fixture.disk, records, facts::add).directory(LogFixture.ROOT);
    }

    private void write() throws IOException {
        fixture.open();
        fixture.log.append(Batches.leaderChange(7, 3), 3, fixture.now);
        fixture.log.append(Batches.logStart(0), 3, fixture.now);
        fixture.log.append(Batches.voters(new byte[] {(byte) 0xFF}), 3, fixture.now);
        fixture.log.append(Batches.produced(99, 4, 10, 2, 5), 3, fixture.now);
        fixture.log.append(special(), 3, fixture.now);
        fixture.directory.journal().save(LogFixture.ID.group(), new HardState(3, 7), Runnable::run);
        fixture.tasks.runAll();
        fixture.log.committed(fixture.log.lastIndex());
        fixture.close();
    }

    /** A compressed record with a header, a key that is no text, and no value. */
    private static ByteBuf special() {
        try (RecordBatchBuilder builder =
                new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT).compression(Compression.GZIP)) {
            return builder.append(
                            77,
                            Unpooled.wrappedBuffer(new byte[] {0, (byte) 0x80}),
                            null,
                            List.of(RecordHeader.of("trace", "abc")))
                    .build();
        }
    }

    @Test
    void saysWhatIsInTheRedoJournal() throws IOException {
        fixture.open();
        for (int i = 0; i < 2; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, fixture.now);
            fixture.tasks.runAll();
        }
        fixture.close();
        dump(false);
        assertThat(of("redo-lap"))
                .singleElement()
                .satisfies(fields -> assertThat(fields).containsEntry("lap", 0L).containsEntry("frames", 4));
        assertThat(of("redo-append")).extracting(fields -> fields.get("frame")).containsExactly(1, 2);
        assertThat(of("redo-append").get(1)).containsEntry("partition", 0).containsEntry("segment", 0L);
        assertThat(of("redo-barrier")).as("of the closed log").hasSize(1);
        assertThat(of("problem")).isEmpty();
    }

    @Test
    void namesRaftsEntries() throws IOException {
        write();
        dump(false);
        assertThat(of("raft-entry"))
                .extracting(fields -> fields.get("type"))
                .containsExactly("LEADER_CHANGE", "LOG_START", "VOTERS");
        assertThat(of("raft-entry").get(0)).containsEntry("leader", 7).containsEntry("term", 3);
        assertThat(of("raft-entry").get(2)).containsEntry("configurationBase64", "/w==");
    }

    @Test
    void decodesBatchesAndOnDemandRecords() throws IOException {
        write();
        dump(false);
        assertThat(of("batch")).hasSize(2);
        assertThat(of("batch").get(0))
                .containsEntry("baseOffset", 0L)
                .containsEntry("lastOffset", 1L)
                .containsEntry("producerId", 99L)
                .containsEntry("baseSequence", 10)
                .containsEntry("valid", true);
        assertThat(of("record")).isEmpty();
        dump(true);
        assertThat(of("record")).hasSize(3);
        assertThat(of("record").get(0)).containsEntry("key", "key").containsEntry("value", "ppppp");
        assertThat(of("record").get(2))
                .containsEntry("offset", 2L)
                .containsEntry("timestamp", Instant.ofEpochMilli(77))
                .containsEntry("keyBase64", "AIA=")
                .containsEntry("header.trace", "abc")
                .doesNotContainKey("value");
    }

    @Test
    void showsSnapshotsIndexesAndTheJournal() throws IOException {
        write();
        dump(false);
        assertThat(of("snapshot")).last().satisfies(fields -> assertThat(fields)
                .containsEntry("index", 6L)
                .containsEntry("endOffset", 3L));
        assertThat(of("term-start")).last().isEqualTo(Map.of("term", 3, "index", 1L, "offset", 0L));
        assertThat(of("producer")).last().satisfies(fields -> assertThat(fields).containsEntry("producerId", 99L));
        assertThat(of("offset-index")).isNotEmpty();
        assertThat(of("time-index")).isNotEmpty();
        assertThat(of("group")).singleElement().satisfies(fields -> assertThat(fields)
                .containsEntry("term", 3)
                .containsEntry("votedFor", 7)
                .containsEntry("partition", 0));
        assertThat(of("problem")).isEmpty();
    }

    @Test
    void goesOnBehindDamage() throws IOException {
        write();
        fixture.disk.flip(SegmentFiles.log(fixture.path(), 0), 16, 3);
        dump(true);
        assertThat(of("problem")).singleElement().satisfies(fields -> assertThat(fields)
                .containsEntry("position", 0L));
        assertThat(of("record")).hasSize(3);
    }
}
