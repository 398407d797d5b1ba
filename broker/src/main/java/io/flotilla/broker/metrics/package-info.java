/** Metrics and health: the registry, what is measured, and the HTTP endpoint that shows it. */
package io.flotilla.broker.metrics;
