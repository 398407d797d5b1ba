/**
 * Metrics and health: the registry, what is measured, and the HTTP endpoint that shows it. The only place that knows the
 * metrics library; the rest of the broker holds the typed handles of {@link io.flotilla.broker.metrics.Metrics}. What is
 * measured here is never read back to decide anything.
 */
package io.flotilla.broker.metrics;
