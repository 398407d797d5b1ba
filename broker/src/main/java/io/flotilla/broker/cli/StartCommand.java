package io.flotilla.broker.cli;

import io.flotilla.broker.Broker;
import io.flotilla.broker.StartException;
import io.flotilla.broker.config.BrokerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla start}: one broker in the foreground. */
@Command(
        name = "start",
        description = {
            "Run one broker in the foreground until SIGTERM or Ctrl-C, which stop it cleanly.",
            "docs/configuration.md lists the properties."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped as asked", "1:could not start, or had to stop", "2:the configuration is refused"})
final class StartCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Properties of the broker, such as config/server.properties.")
    private Path file;

    @Option(
            names = {"-D", "--override"},
            paramLabel = "NAME=VALUE",
            description = "Replace a property of the file; may be repeated.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isReadable(file)) {
            throw new ParameterException(spec.commandLine(), file + " does not exist or cannot be read");
        }
        BrokerConfig config = BrokerConfig.load(file, overrides);
        Broker broker;
        try {
            broker = Broker.start(config);
        } catch (StartException e) {
            throw new CommandException(e.getMessage());
        }
        AtomicBoolean ended = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, ended), "shutdown"));
        broker.awaitStopped();
        ended.set(true);
        return CommandLine.ExitCode.SOFTWARE;
    }

    /**
     * Runs when the JVM ends: because it was told to, or because the broker stopped by itself. The first is what the user
     * wanted, and halting says so: the exit code that the JVM gives for SIGTERM looks like a failure.
     */
    private static void stop(Broker broker, AtomicBoolean ended) {
        if (!ended.get()) {
            broker.shutdown();
            Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
        }
    }
}
