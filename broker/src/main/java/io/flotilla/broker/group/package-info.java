/** The group coordinator: consumer groups and their offsets as a state machine on {@code __consumer_offsets}. */
package io.flotilla.broker.group;
