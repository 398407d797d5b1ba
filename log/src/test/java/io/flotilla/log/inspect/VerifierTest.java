package io.flotilla.log.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.Batches;
import io.flotilla.log.LogConfig;
import io.flotilla.log.LogFixture;
import io.flotilla.log.fs.FileHandle;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import io.flotilla.log.redo.RedoJournal;
import io.flotilla.log.segment.SegmentFiles;
import io.flotilla.log.state.PartitionMetadata;
import io.flotilla.wire.record.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every change of a byte that matters is found and told where; nothing is changed; nothing good is called damaged. */
class VerifierTest {
    private final LogFixture fixture = new LogFixture();
    private final List<Problem> problems = new ArrayList<>();

    private Verifier.Totals verify(Path directory) throws IOException {
        problems.clear();
        return new Verifier(fixture.disk, problems::add).verify(directory);
    }

    private List<Problem> damages() {
        return problems.stream().filter(Problem::damage).toList();
    }

    /** Three terms, several segments, compressed batches among the others. */
    private void write() throws IOException {
        fixture.open();
        for (int term = 1; term <= 3; term++) {
            fixture.log.append(Batches.leaderChange(1, term), term, fixture.now);
            for (int i = 0; i < 5; i++) {
                Compression compression = i == 2 ? Compression.ZSTD : Compression.NONE;
                fixture.log.append(Batches.records(compression, 100, term * 1000 + i, term * 1000), term, fixture.now);
            }
            fixture.tasks.runAll();
            fixture.log.committed(fixture.log.lastIndex());
            fixture.tasks.runAll();
        }
    }

    private Path segment(long baseOffset) {
        return SegmentFiles.log(fixture.path(), baseOffset);
    }

    private List<Path> files(String... suffixes) throws IOException {
        return fixture.disk.list(fixture.path()).stream()
                .filter(name -> List.of(suffixes).stream().anyMatch(name::endsWith))
                .map(fixture.path()::resolve)
                .toList();
    }

    @Test
    void aGoodLogHasNoProblems() throws IOException {
        write();
        verify(LogFixture.ROOT);
        assertThat(problems).as("while it is open").isEmpty();
        fixture.close();
        Verifier.Totals totals = verify(LogFixture.ROOT);
        assertThat(problems).as("closed").isEmpty();
        assertThat(totals.partitions()).isEqualTo(1);
        assertThat(totals.segments()).isGreaterThan(2);
        assertThat(totals.entries()).isEqualTo(18);
        assertThat(totals.records()).isEqualTo(30);
        assertThat(verify(fixture.path())).isEqualTo(totals);
    }

    @Test
    void aLogWhoseStartIsDeletedIsGood() throws IOException {
        write();
        fixture.log.advanceLogStart(20);
        fixture.tasks.runAll();
        assertThat(fixture.log.firstIndex()).isGreaterThan(1);
        verify(LogFixture.ROOT);
        assertThat(problems).isEmpty();
        fixture.close();
        verify(LogFixture.ROOT);
        assertThat(problems).isEmpty();
    }

    @Test
    void aKilledBrokersLogIsGood() throws IOException {
        write();
        fixture.kill();
        verify(LogFixture.ROOT);
        assertThat(problems).isEmpty();
    }

    @Test
    void findsEveryFlippedBit() throws IOException {
        write();
        fixture.close();
        Map<Path, byte[]> before = contents();
        String lastSegment = last().getFileName().toString().replace(".log", "");
        for (Path file : files(".log", ".snapshot", ".index", ".timeindex")) {
            boolean perhapsOld = file.getFileName().toString().startsWith(lastSegment + SegmentFiles.INDEX)
                    || file.getFileName().toString().startsWith(lastSegment + SegmentFiles.TIME_INDEX);
            if (perhapsOld) {
                continue;
            }
            long size = before.get(file).length;
            for (long position = 0; position < size; position++) {
                fixture.disk.flip(file, position, 4);
                verify(LogFixture.ROOT);
                assertThat(damages()).as("%s at %d", file, position).isNotEmpty();
                fixture.disk.flip(file, position, 4);
            }
        }
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
    }

    private Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new TreeMap<>();
        for (Path file : files("")) {
            contents.put(file, SmallFiles.read(fixture.disk, file));
        }
        return contents;
    }

    @Test
    void saysWhereAndGoesOn() throws IOException {
        write();
        fixture.close();
        fixture.disk.flip(segment(0), 300, 1);
        verify(LogFixture.ROOT);
        assertThat(damages()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo(segment(0));
            assertThat(problem.position()).isBetween(1L, 300L);
            assertThat(problem.what()).isEqualTo("CRC mismatch");
        });
    }

    @Test
    void anInterruptedWriteIsNoDamage() throws IOException {
        fixture.redoBytes = 0;
        write();
        long committed = fixture.log.lastIndex();
        fixture.log.append(Batches.records(Compression.NONE, 100, 1), 3, fixture.now);
        fixture.tasks.runAll();
        fixture.kill();
        Path last = last();
        truncate(last, 10);
        verify(LogFixture.ROOT);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.damage()).isFalse();
            assertThat(problem.what()).contains("interrupted write");
        });
        fixture.open();
        assertThat(fixture.log.lastIndex()).isEqualTo(committed);
    }

    @Test
    void aCommittedEndThatIsMissingIsDamage() throws IOException {
        write();
        fixture.close();
        truncate(last(), 10);
        verify(LogFixture.ROOT);
        assertThat(damages()).anySatisfy(problem -> assertThat(problem.file()).isEqualTo(last()));
    }

    @Test
    void missingFilesAreFound() throws IOException {
        write();
        fixture.close();
        List<Path> logs = files(".log");
        Map<Path, byte[]> contents = contents();
        for (Path file : List.of(logs.get(1), last(), fixture.path().resolve(PartitionMetadata.FILE))) {
            fixture.disk.delete(file);
            verify(LogFixture.ROOT);
            assertThat(damages()).as("without %s", file).isNotEmpty();
            SmallFiles.write(fixture.disk, file, ByteBuffer.wrap(contents.get(file)));
        }
        fixture.disk.delete(SegmentFiles.index(fixture.path(), 0));
        verify(LogFixture.ROOT);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.damage()).isFalse();
            assertThat(problem.what()).contains("made anew");
        });
    }

    @Test
    void whatIsNoLogDirectoryIsRefused() throws IOException {
        fixture.disk.createDirectories(Path.of("/elsewhere"));
        assertThatThrownBy(() -> verify(Path.of("/elsewhere")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("neither");
    }

    private Path last() throws IOException {
        List<Path> logs = files(".log");
        return logs.get(logs.size() - 1);
    }

    private void truncate(Path file, long bytes) throws IOException {
        try (FileHandle handle = fixture.disk.open(file, FileSystem.Access.WRITE)) {
            handle.truncate(handle.size() - bytes);
        }
    }

    @Test
    void aDamagedRedoJournalIsDamage() throws IOException {
        fixture.open();
        for (int i = 0; i < 3; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
            fixture.tasks.runAll();
        }
        fixture.kill();
        verify(LogFixture.ROOT);
        assertThat(problems).isEmpty();
        Path journal = RedoJournal.file(LogFixture.ROOT, 0);
        fixture.disk.flip(journal, 512 + 50, 1);
        verify(LogFixture.ROOT);
        assertThat(damages()).singleElement().satisfies(problem -> assertThat(problem.file())
                .isEqualTo(journal));
    }

    @Test
    void aRedoJournalThatHasLostWhatTheNextLapHasCountedIsDamaged() throws IOException {
        fixture.config = LogConfig.DEFAULT;
        fixture.redoBytes = 8192;
        fixture.open();
        for (int i = 0; i < 9; i++) {
            fixture.log.append(Batches.records(Compression.NONE, 100, i), 1, 0);
            fixture.tasks.runAll();
        }
        fixture.kill();
        verify(LogFixture.ROOT);
        assertThat(problems).isEmpty();
        Path older = RedoJournal.file(LogFixture.ROOT, 0);
        truncate(older, 512);
        verify(LogFixture.ROOT);
        assertThat(damages()).singleElement().satisfies(problem -> assertThat(problem.file())
                .isEqualTo(older));
    }
}
