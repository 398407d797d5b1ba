/**
 * {@code flotilla bench}: compares Flotilla with Apache Kafka on one machine, takes profiles, draws curves. It runs from a source
 * checkout only, and nothing of it is in the distribution.
 */
package io.flotilla.bench;
