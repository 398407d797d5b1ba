/**
 * A small blocking Kafka client for the command line: one request at a time per connection, one topic at a time. What it
 * cannot do yet it refuses in words. Nothing of the server is used here, only {@code wire}, so it talks to any Kafka.
 */
package io.flotilla.broker.cli.client;
