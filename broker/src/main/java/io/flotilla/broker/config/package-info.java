/**
 * Properties: what a user may set, its type, range, default and meaning, each said once in a table that parsing, checking,
 * DescribeConfigs and the documentation share. What a property does lives with whoever reads it, not here.
 */
package io.flotilla.broker.config;
