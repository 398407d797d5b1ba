/**
 * Kafka record batches, format version 2 (KIP-98): views, walking, building, validation and compression.
 *
 * <p>A batch is what a producer sends, what a segment file holds and what a consumer receives, byte for byte. This
 * package reads batches where they lie, in a Netty {@code ByteBuf}, and never copies them:
 *
 * <ul>
 *   <li>{@link io.flotilla.wire.record.RecordBatch}: reusable view of one batch's header, with its CRC.
 *   <li>{@link io.flotilla.wire.record.BatchCursor} and {@link io.flotilla.wire.record.RecordCursor}: walk the batches
 *       of a buffer, and the records of an uncompressed batch.
 *   <li>{@link io.flotilla.wire.record.Records}: the convenient way to read records, compressed or not.
 *   <li>{@link io.flotilla.wire.record.RecordBatchBuilder} and {@link io.flotilla.wire.record.RaftEntryBatch}: write.
 *   <li>{@link io.flotilla.wire.record.KeptRecords} and {@link io.flotilla.wire.record.EmptyBatch}: what compaction leaves of
 *       a batch.
 *   <li>{@link io.flotilla.wire.record.BatchValidator}: what a broker asks of a batch before it accepts it.
 * </ul>
 *
 * <p>What may not live here: protocol messages, files, clocks, knowledge of topics or of Raft beyond the shape of its
 * entries. Nothing here depends on another package of ours. Views and cursors belong to one thread at a time.
 */
package io.flotilla.wire.record;
