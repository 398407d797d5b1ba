package io.flotilla.log.inspect;

import io.flotilla.log.index.TermStart;
import io.flotilla.log.index.TermStarts;
import io.flotilla.log.state.SegmentState;
import io.flotilla.log.state.Snapshot;
import io.flotilla.wire.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the segments walked so far amount to, to be compared with what snapshots say of them. */
final class Walked {
    private final TermStarts terms = new TermStarts();
    private final List<Long> raftEntries = new ArrayList<>();
    /** By base offset. */
    private final Map<Long, SegmentState> segments = new HashMap<>();

    /** Base offsets of those that compaction has changed: older snapshots say otherwise. */
    private final Set<Long> compacted = new HashSet<>();

    private long firstIndex = 1;
    private long lastIndex;
    private long endOffset = -1;
    private long baseOffset;
    private long baseIndex;
    private long maxTimestamp;
    private long maxTimestampOffset;

    /** The log's first entry has this index. */
    void startAt(long index) {
        firstIndex = index;
        lastIndex = index - 1;
    }

    /** Begins a segment; true if that is not where the one before ended. */
    boolean begin(long segment) {
        boolean first = endOffset < 0;
        if (first) {
            endOffset = segment;
        }
        baseOffset = segment;
        baseIndex = lastIndex + 1;
        maxTimestamp = RecordBatch.NO_TIMESTAMP;
        maxTimestampOffset = segment;
        return endOffset != segment;
    }

    /** Goes on at an offset that does not follow. */
    void resumeAt(long offset) {
        lastIndex += Math.max(0, offset - endOffset);
        endOffset = offset;
    }

    /** Whether a segment would begin within what was walked: compaction has merged it into the one before. */
    boolean isMerged(long segment) {
        return segment < endOffset && !hasSegment(segment);
    }

    /** Ends the segment begun last. */
    void end(long size) {
        segments.put(baseOffset, new SegmentState(baseOffset, baseIndex, size, maxTimestamp, maxTimestampOffset));
    }

    void append(RecordBatch batch) {
        long index = lastIndex + 1;
        terms.append(Math.max(terms.lastTerm(), batch.partitionLeaderEpoch()), index, endOffset);
        if (batch.isRaftEntry()) {
            raftEntries.add(index);
            lastIndex = index;
            return;
        }
        lastIndex += batch.offsetCount();
        endOffset = batch.nextOffset();
        if (batch.isCompacted()) {
            compacted.add(baseOffset);
        }
        if (batch.latestTimestamp() > maxTimestamp) {
            maxTimestamp = batch.latestTimestamp();
            maxTimestampOffset = batch.lastOffset();
        }
    }

    long firstIndex() {
        return firstIndex;
    }

    long lastIndex() {
        return lastIndex;
    }

    long endOffset() {
        return endOffset;
    }

    int lastTerm() {
        return terms.lastTerm();
    }

    boolean hasSegment(long base) {
        return segments.containsKey(base);
    }

    /** What a snapshot says that the segments do not say, or null. Of what it says of entries before these nothing is known. */
    String disagreement(Snapshot snapshot) {
        if (snapshot.index() < firstIndex) {
            return null;
        }
        if (snapshot.index() > lastIndex) {
            return "stands for index " + snapshot.index() + ", but the log ends at " + lastIndex;
        }
        String wrong = termDisagreement(snapshot);
        for (int i = 0; wrong == null && i < raftEntries.size() && raftEntries.get(i) <= snapshot.index(); i++) {
            if (!snapshot.raftEntries().contains(raftEntries.get(i))) {
                wrong = "does not know of Raft's entry at index " + raftEntries.get(i);
            }
        }
        for (SegmentState segment : snapshot.segments()) {
            wrong = wrong == null ? segmentDisagreement(segment, snapshot) : wrong;
        }
        return wrong;
    }

    private String termDisagreement(Snapshot snapshot) {
        if (terms.termAt(snapshot.index()) != snapshot.term()) {
            return "has term " + snapshot.term() + " at its end, the log " + terms.termAt(snapshot.index());
        }
        List<TermStart> stated = snapshot.termStarts().list().stream()
                .filter(start -> start.index() > firstIndex)
                .toList();
        List<TermStart> found = terms.list().stream()
                .filter(start -> start.index() > firstIndex && start.index() <= snapshot.index())
                .toList();
        return stated.equals(found) ? null : "has the term starts " + stated + ", the log " + found;
    }

    private String segmentDisagreement(SegmentState stated, Snapshot snapshot) {
        SegmentState found = segments.get(stated.baseOffset());
        if (found == null) {
            return null;
        }
        if (stated.baseIndex() != found.baseIndex()) {
            return "says that segment " + stated.baseOffset() + " begins at index " + stated.baseIndex() + ", not "
                    + found.baseIndex();
        }
        List<SegmentState> all = snapshot.segments();
        int next = all.indexOf(stated) + 1;
        boolean closed = next < all.size();
        // One that a snapshot knew as the last may have been closed and compacted since.
        boolean isAnother = compacted.contains(stated.baseOffset())
                || closed && isMerged(all.get(next).baseOffset());
        if (isAnother) {
            return null;
        }
        if (closed && !stated.equals(found)) {
            return "says " + stated + ", the file " + found;
        }
        return stated.size() > found.size()
                ? "stands for " + stated.size() + " bytes of segment " + stated.baseOffset() + ", which has "
                        + found.size()
                : null;
    }
}
