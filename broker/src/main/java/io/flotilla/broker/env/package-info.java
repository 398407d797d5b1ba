/**
 * The ports through which a broker meets the world, and their real adapters: time, event loops, network, randomness;
 * files are {@code io.flotilla.log.fs.FileSystem}. Everything else in the broker is deterministic given these, so a
 * simulator can run whole brokers in one thread. No broker logic lives here.
 */
package io.flotilla.broker.env;
