/**
 * What the cluster knows of itself: the metadata state machine, the immutable image every broker holds, placement of replicas,
 * who leads what and who is alive. Replicas themselves live in {@code broker.partition}.
 */
package io.flotilla.broker.cluster;
