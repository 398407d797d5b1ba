package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.ClientException;
import io.flotilla.broker.cli.local.LocalClusterException;
import io.flotilla.broker.config.ConfigException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code flotilla} command: finds the subcommand, and turns what comes of it into an exit code. */
@Command(
        name = "flotilla",
        description = "A message log broker that speaks the Kafka protocol and replicates every partition with Raft.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {"", "Help for one: flotilla help COMMAND"},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed; the message says why", "2:wrong usage or configuration"},
        versionProvider = Flotilla.Version.class,
        subcommands = {
            StartCommand.class,
            ClusterCommand.class,
            TopicCommand.class,
            ProduceCommand.class,
            ConsumeCommand.class,
            GroupCommand.class,
            PartitionCommand.class,
            LogCommand.class,
            VersionCommand.class,
            WarmUpCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Flotilla implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        // System.out encodes by the locale and swallows errors; bytes and UTF-8 do neither.
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        System.exit(run(System.in, out, err, args));
    }

    /** Runs one command and returns its exit code; the way in for tests too. */
    static int run(InputStream in, OutputStream out, OutputStream err, String... args) {
        CommandLine command = new CommandLine(new Flotilla(), new Commands(in, out))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .registerConverter(ProduceCommand.Acks.class, ProduceCommand.Acks::of)
                .registerConverter(PartitionName.class, PartitionName::of)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler((e, wrong) -> reportUsage(e))
                .setExitCodeExceptionMapper(Flotilla::exitCode)
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    report(e, failed.getErr());
                    return exitCode(e);
                });
        ServiceLoader.load(ExtraCommand.class).forEach(command::addSubcommand);
        addHelpOption(command);
        return command.execute(args);
    }

    /** Gives every command {@code -h} and {@code --help}. */
    private static void addHelpOption(CommandLine command) {
        if (command.getCommandSpec().findOption("--help") == null) {
            command.getCommandSpec().mixinStandardHelpOptions(false);
            command.getCommandSpec()
                    .addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                            .usageHelp(true)
                            .description("Show this help.")
                            .build());
        }
        command.getSubcommands().values().forEach(Flotilla::addHelpOption);
    }

    private static int exitCode(Throwable e) {
        boolean usage = e instanceof ConfigException || e instanceof ParameterException;
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private static int reportUsage(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("flotilla: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        boolean group = !command.getSubcommands().isEmpty();
        if (group) {
            command.usage(err);
        } else {
            err.println("Help: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return CommandLine.ExitCode.USAGE;
    }

    private static void report(Exception e, PrintWriter err) {
        boolean explained = e instanceof CommandException
                || e instanceof ClientException
                || e instanceof LocalClusterException
                || e instanceof ConfigException;
        if (explained) {
            e.getMessage().lines().forEach(line -> err.println("flotilla: " + line));
        } else if (e instanceof IOException) {
            // Their messages are often a bare file name; the class says what about it.
            err.println("flotilla: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        } else {
            err.println("flotilla: this is a fault of the program, please report it:");
            e.printStackTrace(err);
        }
    }

    /** Makes the commands that read the standard input or write bytes to the standard output. */
    private record Commands(InputStream in, OutputStream out) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == ProduceCommand.class) {
                return type.cast(new ProduceCommand(in));
            }
            if (type == ConsumeCommand.class) {
                return type.cast(new ConsumeCommand(out));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    /** Called when there is no subcommand. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Flotilla.class.getPackage().getImplementationVersion();
            return new String[] {"Flotilla " + (version == null ? "(development build)" : version)};
        }
    }
}
