package io.flotilla.log.segment;

import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.RaftEntryBatch;
import io.flotilla.wire.record.RaftEntryBatch.Type;
import io.flotilla.wire.record.RecordBatch;

/**
 * Which term a batch may have after another one, where it is not known yet which it has. No CRC covers the term in the header, and a
 * replica whose log seems to end in a later term than it does would be elected over those that have more. So a batch either has
 * the term of the one before it, or it is the entry that opens its term, which says so under its CRC.
 */
public final class TermRule {
    private TermRule() {}

    /**
     * Why a batch whose CRC is good cannot have its term, or null.
     *
     * @param before the term of the batch before it, or 0 at the beginning of a log
     */
    public static String objection(RecordBatch batch, int before) {
        int term = batch.partitionLeaderEpoch();
        if (term < before) {
            return "term " + term + " after term " + before;
        }
        RaftEntryBatch opening = openingOf(batch);
        if (opening != null) {
            return opening.openedTerm() == term
                    ? null
                    : "term " + term + " on the entry that opens term " + opening.openedTerm();
        }
        return before == 0 || term == before
                ? null
                : "term " + term + " after term " + before + " without the entry that opens it";
    }

    private static RaftEntryBatch openingOf(RecordBatch batch) {
        if (!batch.isRaftEntry()) {
            return null;
        }
        try {
            RaftEntryBatch entry = RaftEntryBatch.parse(batch);
            return entry.type() == Type.LEADER_CHANGE ? entry : null;
        } catch (InvalidBatchException e) {
            return null;
        }
    }
}
