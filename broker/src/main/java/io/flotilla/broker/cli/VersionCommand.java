package io.flotilla.broker.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code flotilla version}. */
@Command(name = "version", description = "Print the versions of Flotilla and of the Java that runs it.")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .println(new Flotilla.Version().getVersion()[0] + ", Java " + System.getProperty("java.version"));
    }
}
