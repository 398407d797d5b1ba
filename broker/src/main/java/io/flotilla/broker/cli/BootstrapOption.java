package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The cluster a command talks to; mixed into every command that does. Kafka's name for the option works as well. */
final class BootstrapOption {
    private static final long TIMEOUT_MS = 15_000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-b", "--bootstrap", "--bootstrap-server"},
            paramLabel = "HOST:PORT,...",
            defaultValue = "${env:FLOTILLA_BOOTSTRAP:-127.0.0.1:9092}",
            description = "Brokers to connect to (default: the environment's FLOTILLA_BOOTSTRAP, else 127.0.0.1:9092).")
    private String bootstrap;

    KafkaClient connect() {
        try {
            return KafkaClient.connect(bootstrap, TIMEOUT_MS);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--bootstrap: " + e.getMessage());
        }
    }
}
