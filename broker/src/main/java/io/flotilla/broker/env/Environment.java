package io.flotilla.broker.env;

import io.flotilla.log.fs.FileSystem;

/** The ports one broker runs on: real ones in a process, simulated ones in a simulation. */
public record Environment(Clock clock, Scheduler scheduler, Network network, FileSystem files, RandomSource random) {}
