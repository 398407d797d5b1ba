package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the real disk says where no more files can be opened: in a process of its own, which has a low limit. */
@Timeout(60)
class OpenFilesLimitTest {
    private static final int LIMIT = 200;

    @TempDir
    private Path directory;

    @Test
    void whatCannotBeOpenedIsToldFromWhatIsBrokenOrNotThere() throws Exception {
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n " + LIMIT + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AtTheLimit.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> line.startsWith("limited: ")))
                .as(output)
                .containsExactly(
                        "limited: read TooManyOpenFilesException",
                        "limited: write TooManyOpenFilesException",
                        "limited: list TooManyOpenFilesException",
                        "limited: sync names TooManyOpenFilesException",
                        "limited: lock TooManyOpenFilesException",
                        "limited: ask for what is there done",
                        "limited: ask for what is absent done",
                        "limited: ask for space done",
                        "limited: rename done",
                        "limited: delete done");
        assertThat(output.lines().filter(line -> line.contains("Nothing is lost")))
                .as("reports of %s", output)
                .hasSize(1);
    }

    /** The process. */
    static final class AtTheLimit {
        private final JdkFileSystem files = new JdkFileSystem();
        private final Path directory;
        private final List<FileChannel> open = new ArrayList<>();
        private String when = "free: ";

        private AtTheLimit(Path directory) {
            this.directory = directory;
        }

        private interface Attempt {
            void run() throws IOException;
        }

        public static void main(String[] arguments) throws IOException {
            AtTheLimit process = new AtTheLimit(Path.of(arguments[0]));
            process.loadClasses();
            process.useUpFiles();
            process.when = "limited: ";
            process.useAll();
        }

        /** All that are needed from now on: at the limit no class can be loaded either. */
        private void loadClasses() throws IOException {
            SmallFiles.write(files, directory.resolve("file"), ByteBuffer.allocate(1));
            useAll();
            SmallFiles.write(files, directory.resolve("file"), ByteBuffer.allocate(1));
            Logger reports = (Logger) LoggerFactory.getLogger(JdkFileSystem.class);
            reports.setLevel(Level.ERROR);
            reports.error("{}", new TooManyOpenFilesException(directory, null).getMessage());
        }

        private void useUpFiles() {
            try {
                while (open.size() < LIMIT) {
                    open.add(FileChannel.open(Path.of("/dev/null"), StandardOpenOption.READ));
                }
            } catch (IOException e) {
                return;
            }
            throw new AssertionError("there is no limit");
        }

        private void useAll() {
            Path file = directory.resolve("file");
            attempt("read", () -> files.open(file, FileSystem.Access.READ).close());
            attempt("write", () -> files.open(file, FileSystem.Access.WRITE).close());
            attempt("list", () -> files.list(directory));
            attempt("sync names", () -> files.syncDirectory(directory));
            attempt("lock", () -> files.lock(directory.resolve("lock")).close());
            attempt("ask for what is there", () -> require(files.exists(file)));
            attempt("ask for what is absent", () -> require(!files.exists(directory.resolve("absent"))));
            attempt("ask for space", () -> require(files.freeSpace(directory) > 0 && files.totalSpace(directory) > 0));
            attempt("rename", () -> files.rename(file, directory.resolve("renamed")));
            attempt("delete", () -> files.delete(directory.resolve("renamed")));
        }

        private static void require(boolean condition) throws IOException {
            if (!condition) {
                throw new IOException("wrong answer");
            }
        }

        private void attempt(String what, Attempt attempt) {
            String result = "done";
            try {
                attempt.run();
            } catch (IOException e) {
                result = e.getClass().getSimpleName();
            }
            System.out.println(when + what + " " + result);
        }
    }
}
