/**
 * The messages of the Kafka protocol and our own, one record each, generated during the build from
 * {@code wire/src/main/schema} by {@link io.flotilla.wire.schema}; and the few hand-written helpers their codecs share.
 *
 * <p>Records are values: nothing here knows connections, handlers or state. A message does not own buffers; see
 * {@link io.flotilla.wire.message.Message} on the lifetime of {@code records} fields.
 */
package io.flotilla.wire.message;
