/**
 * One class per API: its key, its versions and how to answer. The table of handlers is what ApiVersions tells, and one
 * dispatcher decodes, routes, counts and answers in order. State lives in partitions, coordinators and metadata, not here.
 */
package io.flotilla.broker.api;
