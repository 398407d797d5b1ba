/**
 * Replicated state machines: how a coordinator or the cluster metadata lives on a partition. A command is handled by the
 * leader's machine, which answers with records and a response; the records are appended to the partition, and the response
 * is released once everything the machine had seen is committed. What the machines mean lives elsewhere.
 */
package io.flotilla.broker.machine;
