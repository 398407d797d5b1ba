/** Properties: what a user may set, its type, range and default, for brokers and topics. */
package io.flotilla.broker.config;
