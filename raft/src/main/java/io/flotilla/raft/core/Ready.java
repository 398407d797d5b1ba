package io.flotilla.raft.core;

import io.flotilla.raft.message.EntryRef;
import java.util.List;

/**
 * Everything the core wants done since the last one. What must happen before what:
 *
 * <ol>
 *   <li>{@code messages} may leave at once, before anything below is written: the core itself holds a message back until
 *       the term, vote or entries it speaks for are reported durable.
 *   <li>{@code hardState} is to be made durable, then reported with {@link RaftCore#hardStatePersisted}. It does not wait
 *       for the log, nor the log for it.
 *   <li>The log is cut at {@code truncateFrom}, then {@code entries} are appended, then {@code install} is carried out, in
 *       this order, and after everything of earlier values. When all of it is durable, {@link RaftCore#appended} takes
 *       {@code mark} back. A cut always comes with entries (or an install), so a report follows every cut.
 *   <li>{@code replications} and {@code snapshots} read the log, so they come after the writes were issued (durable or
 *       not).
 *   <li>{@code commitIndex}: entries up to it may be shown and applied. They are on the disks of a quorum, on this one
 *       perhaps not yet.
 * </ol>
 *
 * @param hardState term and vote to persist, or null if unchanged
 * @param truncateFrom remove this index and all after it, or 0 for none
 * @param entries to append, ascending and gapless
 * @param mark the end of the log once this value is carried out
 * @param messages to send, in order per receiver
 * @param replications entries to send
 * @param snapshots snapshots to send
 * @param commitIndex the commit index if it advanced, else 0
 * @param softState role, leader and term if one of them changed, else null
 * @param install a snapshot to install, or null
 * @param part a part of a snapshot to take from the message that was stepped, or null
 * @param members what is new about the members, or null
 * @param reads reads that ended; those that were confirmed may be served once what is committed is applied
 */
public record Ready(
        HardState hardState,
        long truncateFrom,
        List<EntryRef> entries,
        LogMark mark,
        List<Envelope> messages,
        List<Replicate> replications,
        List<SendSnapshot> snapshots,
        long commitIndex,
        SoftState softState,
        InstallSnapshot install,
        TakePart part,
        MembersNews members,
        List<ReadResult> reads) {}
