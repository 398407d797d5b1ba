/** A cluster of broker processes on this machine: its directory, its processes, their readiness. Knows nothing of commands. */
package io.flotilla.broker.cli.local;
