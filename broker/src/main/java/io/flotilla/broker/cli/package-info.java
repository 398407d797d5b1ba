/**
 * The {@code flotilla} command. One class per command: it reads arguments, calls what does the work, prints. The Kafka client
 * under it is in {@code client}, the cluster of processes on one machine in {@code local}.
 */
package io.flotilla.broker.cli;
