package io.flotilla.broker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walls of {@code docs/architecture.md}: who may know whom, and who may ask the world for time, threads, chance and files. */
@AnalyzeClasses(packages = "io.flotilla", importOptions = DoNotIncludeTests.class)
class WallsTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of("wire", "raft", "log", "broker", "sim", "itests", "bench");

    /** The real adapters of the ports, which are there to ask the operating system. */
    private static final DescribedPredicate<JavaClass> ADAPTERS = resideInAnyPackage(
                    "io.flotilla.broker.cli..", "io.flotilla.log.fs..")
            .or(named("io.flotilla.broker.env.System"))
            .or(named("io.flotilla.broker.net.Netty"));

    private static DescribedPredicate<JavaClass> named(String prefix) {
        return DescribedPredicate.describe(prefix + "*", type -> type.getName().startsWith(prefix));
    }

    // Libraries stay in their rooms.

    @ArchTest
    static final ArchRule nettyBeyondBuffersIsForTheNetworkAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.flotilla.broker.net..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..",
                    "io.netty.handler..",
                    "io.netty.bootstrap..",
                    "io.netty.resolver..",
                    "io.netty.util.concurrent..");

    @ArchTest
    static final ArchRule metricLibrariesAreForMetricsAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.flotilla.broker.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.prometheus..", "com.sun.net.httpserver..");

    /**
     * Reading a user's properties and sending stored records without a copy are the two things outside {@code log.fs} that a
     * broker needs from the file system; the command and the build-time generator are not part of a running broker.
     */
    @ArchTest
    static final ArchRule filesAreForTheFileSystemAlone = noClasses()
            .that(not(resideInAnyPackage(
                            "io.flotilla.log.fs..", "io.flotilla.broker.cli..", "io.flotilla.wire.schema.."))
                    .and(not(named("io.flotilla.broker.config.PropertyFile")))
                    .and(not(named("io.flotilla.broker.net.FileParts"))))
            .should()
            .dependOnClassesThat(resideInAPackage("java.nio.channels..")
                    .or(named("java.nio.file.Files"))
                    .or(named("java.io.File"))
                    .or(named("java.io.RandomAccessFile")));

    // Modules and packages depend in one direction.

    @ArchTest
    static final ArchRule wireKnowsNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("io.flotilla.wire..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.flotilla.raft..", "io.flotilla.log..", "io.flotilla.broker..");

    @ArchTest
    static final ArchRule raftKnowsNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("io.flotilla.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.flotilla.wire..", "io.flotilla.log..", "io.flotilla.broker..");

    @ArchTest
    static final ArchRule logKnowsRecordBatchesOnly = noClasses()
            .that()
            .resideInAPackage("io.flotilla.log..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.flotilla.raft..", "io.flotilla.broker..")
                    .or(resideInAPackage("io.flotilla.wire..")
                            .and(not(resideInAPackage("io.flotilla.wire.record..")))));

    @ArchTest
    static final ArchRule portsKnowNoBrokerLogic = classes()
            .that()
            .resideInAnyPackage("io.flotilla.broker.env..", "io.flotilla.broker.metrics..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage("io.flotilla.broker.."))
                    .or(resideInAnyPackage("io.flotilla.broker.env..", "io.flotilla.broker.metrics..")));

    @ArchTest
    static final ArchRule theNetworkKnowsNoBrokerLogic = classes()
            .that()
            .resideInAPackage("io.flotilla.broker.net..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage("io.flotilla.broker.."))
                    .or(resideInAnyPackage(
                            "io.flotilla.broker.net..",
                            "io.flotilla.broker.env..",
                            "io.flotilla.broker.metrics..",
                            "io.flotilla.broker.config..")));

    @ArchTest
    static final ArchRule wireHasNoCycles =
            slices().matching("io.flotilla.wire.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule raftHasNoCycles =
            slices().matching("io.flotilla.raft.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule logHasNoCycles =
            slices().matching("io.flotilla.log.(*)..").should().beFreeOfCycles();

    // Time, threads and chance come through the ports, so that a simulation decides them.

    private static final Set<String> BANNED_CALLS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.sleep",
            "java.lang.Thread.<init>",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.UUID.randomUUID",
            "java.util.Random.<init>",
            "java.lang.Math.random",
            "java.security.SecureRandom.<init>",
            "java.time.Instant.now",
            "java.util.Date.<init>");

    @ArchTest
    static final ArchRule timeThreadsAndChanceComeThroughPorts = noClasses()
            .that(not(ADAPTERS))
            .should()
            .accessTargetWhere(DescribedPredicate.<JavaAccess<?>>describe(
                    "is one of " + BANNED_CALLS,
                    access -> BANNED_CALLS.contains(access.getTargetOwner().getName() + "."
                            + access.getTarget().getName())));

    @ArchTest
    static final ArchRule stateNeedsNoLocks =
            noMethods().that().areDeclaredInClassesThat(not(ADAPTERS)).should().haveModifier(JavaModifier.SYNCHRONIZED);

    // What the byte code does not show.

    private record Source(Path path, String text) {}

    private static List<Source> sources() {
        return MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src/main/java"))
                .filter(Files::isDirectory)
                .flatMap(WallsTest::walk)
                .filter(path -> path.toString().endsWith(".java"))
                .map(path -> new Source(path, read(path)))
                .toList();
    }

    private static Stream<Path> walk(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> containing(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return sources().stream()
                .filter(source -> compiled.matcher(source.text()).find())
                .map(source -> source.path().toString())
                .toList();
    }

    @Test
    void everyPackageSaysWhatLivesInIt() {
        assertThat(sources()).isNotEmpty().allSatisfy(source -> assertThat(
                        source.path().resolveSibling("package-info.java"))
                .exists());
        assertThat(containing("^package [\\w.]+;\\s*$").stream().filter(path -> path.endsWith("package-info.java")))
                .as("package-info without a docstring")
                .isEmpty();
    }

    @Test
    void nothingSynchronizes() {
        assertThat(containing("\\bsynchronized\\s*\\("))
                .allMatch(path -> path.contains("io/flotilla/log/fs/"), "is a file system, which threads share");
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(containing("\\b(TODO|FIXME|XXX)\\b")).isEmpty();
    }
}
