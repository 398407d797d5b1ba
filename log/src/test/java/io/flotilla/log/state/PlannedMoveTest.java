package io.flotilla.log.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannedMoveTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve(".moves");
    private static final List<PlannedMove> MOVES = List.of(
            new PlannedMove(new UUID(1, 2), 0, new UUID(3, 4)), new PlannedMove(new UUID(-1, -2), 17, new UUID(5, 6)));

    private final MemoryFileSystem disk = new MemoryFileSystem();

    @BeforeEach
    void createDirectory() throws IOException {
        disk.createDirectories(DIRECTORY);
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        assertThat(PlannedMove.read(disk, DIRECTORY)).isEmpty();
        PlannedMove.write(disk, DIRECTORY, MOVES);
        assertThat(PlannedMove.read(disk, DIRECTORY)).isEqualTo(MOVES);
        PlannedMove.write(disk, DIRECTORY, List.of());
        assertThat(PlannedMove.read(disk, DIRECTORY)).isEmpty();
    }

    @Test
    void hasTheFormOfKafkasCheckpoints() throws IOException {
        PlannedMove.write(disk, DIRECTORY, MOVES);
        assertThat(SmallFiles.readText(disk, FILE))
                .isEqualTo("0\n2\nAAAAAAAAAAEAAAAAAAAAAg 0 AAAAAAAAAAMAAAAAAAAABA\n"
                        + "_____________________g 17 AAAAAAAAAAUAAAAAAAAABg\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0\n",
                "1\n0\n",
                "0\nx\n",
                "0\n1\n",
                "0\n0\nAAAAAAAAAAEAAAAAAAAAAg 0 AAAAAAAAAAMAAAAAAAAABA\n",
                "0\n1\nAAAAAAAAAAEAAAAAAAAAAg 0\n",
                "0\n1\nAAAAAAAAAAEAAAAAAAAAAg -1 AAAAAAAAAAMAAAAAAAAABA\n",
                "0\n1\nAAAA 0 AAAAAAAAAAMAAAAAAAAABA\n",
                "0\n1\n*************** 0 AAAAAAAAAAMAAAAAAAAABA\n"
            })
    void refusesWhatItDoesNotUnderstand(String text) throws IOException {
        SmallFiles.replace(disk, FILE, text);
        assertThatThrownBy(() -> PlannedMove.read(disk, DIRECTORY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(FILE.toString());
    }

    /** Some of it may be taken for another list, which then finds nothing to move. */
    @Test
    void noFlippedBitMakesItMoreThanUnreadable() throws IOException {
        PlannedMove.write(disk, DIRECTORY, MOVES);
        int bytes = SmallFiles.read(disk, FILE).length;
        for (int bit = 0; bit < bytes * Byte.SIZE; bit++) {
            disk.flip(FILE, bit / Byte.SIZE, 1 << bit % Byte.SIZE);
            try {
                assertThat(PlannedMove.read(disk, DIRECTORY)).hasSameSizeAs(MOVES);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(FILE.toString());
            }
            disk.flip(FILE, bit / Byte.SIZE, 1 << bit % Byte.SIZE);
        }
        assertThat(PlannedMove.read(disk, DIRECTORY)).isEqualTo(MOVES);
    }
}
