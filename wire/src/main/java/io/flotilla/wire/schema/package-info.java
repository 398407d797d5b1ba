/**
 * The protocol definition language and the build-time generator that turns it into {@code io.flotilla.wire.message}.
 * Runs during the build and in tests; nothing here is needed by a running broker.
 *
 * <h2>The language</h2>
 *
 * Definitions live in {@code wire/src/main/schema}: Kafka's in {@code kafka}, which tests hold against Kafka's own, and
 * those that brokers keep among themselves in {@code flotilla}. One definition describes a message in all of its versions:
 *
 * <pre>
 * # What the API is for. Text after a # is a comment.
 * api 1 Fetch versions 4-18 flexible 12+
 *
 * request
 *   clusterId       string?        12+  = null  tag 0  ignorable
 *   replicaId       int32          4-14 = -1
 *   topics          []Topic
 *     topic         string         4-12 ignorable
 *     partitions    []Partition
 *       partition   int32
 *
 * response
 *   ...
 *
 * data OffsetCommitValue versions 0-4 flexible 4+
 *   offset          int64
 * </pre>
 *
 * An {@code api} yields the records {@code FetchRequest} and {@code FetchResponse}; a {@code data} definition, which has
 * no api key and lists its fields directly, yields one record of that name. A file may hold several definitions. Without
 * {@code flexible}, no version is flexible (KIP-482).
 *
 * <p>A field is one line: name, type, and in any order
 *
 * <dl>
 *   <dt>versions
 *   <dd>{@code 4+}, {@code 4-12} or {@code 4}: where the field exists. Left out: wherever its parent does.
 *   <dt>{@code = value}
 *   <dd>the default: an integer, {@code true}, {@code false} or {@code null}. Left out: 0, false, the zero uuid, the empty
 *       string, bytes or array, a struct of defaults; {@code records} default to null where nullable.
 *   <dt>{@code tag N}
 *   <dd>a tagged field, in every version it exists in; these must be flexible.
 *   <dt>{@code ignorable}
 *   <dd>silently left out when a version lacks the field. Otherwise writing a value other than the default in such a
 *       version is an error.
 *   <dt>{@code inflexible}
 *   <dd>a string keeps its classic two-byte length in flexible versions too (the client id of request headers).
 * </dl>
 *
 * <p>Types: {@code bool int8 int16 uint16 int32 uint32 int64 float64 uuid string bytes records}, {@code []T}, or the name
 * of a struct, which starts with a capital letter. A struct's fields follow the field that first uses it, indented by two
 * more spaces; later fields of the same message may use it by name. A {@code ?} after the type makes it nullable, and
 * {@code ?12+} nullable in those versions only (strings, bytes, records, arrays and structs).
 *
 * <p>A new API takes a file here and a line in {@code io.flotilla.wire.frame.ApiKey}; the tests then hold it against Kafka's.
 *
 * <p>Errors are reported as {@code file:line: what is wrong}, see {@link io.flotilla.wire.schema.SchemaException}.
 */
package io.flotilla.wire.schema;
