package io.flotilla.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The build step; what the generated code does is tested with the messages. */
class GeneratorTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    Path dir;

    @Test
    void writesOnlyWhatChangesAndDeletesWhatIsGone() throws IOException {
        schema("A.msg", "data First versions 0\n  x int32\ndata Second versions 0\n  x int32\n");
        generate();
        Files.setLastModifiedTime(source("First"), LONG_AGO);
        Files.setLastModifiedTime(source("Second"), LONG_AGO);

        schema("A.msg", "data First versions 0\n  x int32\ndata Second versions 0\n  x int64\n");
        schema("B.msg", "data Third versions 0\n");
        generate();
        assertThat(Files.getLastModifiedTime(source("First"))).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(source("Second"))).isGreaterThan(LONG_AGO);
        assertThat(source("Third")).exists();

        Files.delete(dir.resolve("schema/below/B.msg"));
        generate();
        assertThat(source("Third")).doesNotExist();
        assertThat(source("First")).exists();
    }

    @Test
    void aNameIsDefinedOnce() throws IOException {
        schema("A.msg", "data Thing versions 0\n");
        schema("B.msg", "data Thing versions 0\n");

        assertThatThrownBy(this::generate)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("B.msg")
                .hasMessageContaining("message Thing is defined twice");
    }

    private void schema(String file, String text) throws IOException {
        Path below = Files.createDirectories(dir.resolve("schema/below"));
        Files.writeString(below.resolve(file), text);
    }

    private void generate() throws IOException {
        Generator.main(new String[] {
            dir.resolve("schema").toString(), dir.resolve("java").toString()
        });
    }

    private Path source(String message) {
        return dir.resolve("java/io/flotilla/wire/message").resolve(message + ".java");
    }
}
