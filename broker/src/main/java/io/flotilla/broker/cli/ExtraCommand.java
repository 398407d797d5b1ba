package io.flotilla.broker.cli;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code flotilla} from a library that this module does not know: named as a service in its jar, and annotated
 * as picocli's commands are. Returns the exit code; a {@link CommandException} is reported as for other commands.
 */
public interface ExtraCommand extends Callable<Integer> {}
