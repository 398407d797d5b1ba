/** The workloads: what load is put on a cluster, and which figures come of it. */
package io.flotilla.bench.load;
