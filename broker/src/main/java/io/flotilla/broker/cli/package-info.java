/** The {@code flotilla} command: starting brokers, and a client for topics, records and groups built on {@code wire}. */
package io.flotilla.broker.cli;
