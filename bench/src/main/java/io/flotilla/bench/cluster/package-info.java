/** The systems that are measured, as three broker processes on loopback each, and what the operating system says about them. */
package io.flotilla.bench.cluster;
