package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the programs are that a benchmark starts.
 *
 * @param home the source checkout
 * @param java the {@code java} that brokers and tools run with, the same for all systems
 */
public record Installation(Path home, Path java) {
    /** The installation this program was started from by {@code bin/flotilla}. */
    public static Installation ofThisProgram() {
        String home = System.getProperty("flotilla.home");
        if (home == null) {
            throw new CommandException("start this with bin/flotilla, which says where the checkout is");
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Installation installation = new Installation(Path.of(home), java);
        if (!Files.isDirectory(installation.kafkaLibraries())) {
            throw new CommandException("no Apache Kafka in " + installation.kafkaLibraries() + "; start this with"
                    + " bin/flotilla bench, which fetches it");
        }
        return installation;
    }

    public Path script() {
        return home.resolve("bin").resolve("flotilla");
    }

    /** Apache Kafka's server and tools with all they need, and nothing else. */
    public Path kafkaLibraries() {
        return home.resolve("bench").resolve("target").resolve("kafka");
    }

    public Path docs() {
        return home.resolve("docs");
    }

    /** The JDK's tool for talking to running JVMs. */
    public Path jcmd() {
        return java.resolveSibling("jcmd");
    }
}
