package io.flotilla.broker.env;

import io.flotilla.log.fs.FileSystem;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * The ports one broker runs on: real ones in a process, simulated ones in a simulation.
 *
 * @param allocator where the broker's buffers come from: a simulation kills brokers without a word, and what they held
 *     must not be lost to the process they ran in
 */
public record Environment(
        Clock clock,
        Scheduler scheduler,
        Network network,
        FileSystem files,
        RandomSource random,
        ByteBufAllocator allocator) {
    /** With pooled buffers, as a process of its own has them. */
    public Environment(Clock clock, Scheduler scheduler, Network network, FileSystem files, RandomSource random) {
        this(clock, scheduler, network, files, random, PooledByteBufAllocator.DEFAULT);
    }
}
