package io.flotilla.log;

import io.flotilla.log.segment.Segment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out how much of an open log's files will not change any more, so that it can be copied while the log is in use: what is
 * committed and durable. Retention may still remove whole files. Belongs to the log's loop.
 */
public final class SettledParts {
    /**
     * The beginning of a segment file, of so many bytes.
     *
     * @param version another one if another file has taken the name since the first look
     */
    public record Part(long baseOffset, long bytes, int version) {}

    /** The end of the log at some moment: settled once this entry is committed, if the log was not cut meanwhile. */
    private record End(int generation, long lastIndex, long baseOffset, long bytes) {}

    private final PartitionLog log;
    private final Map<Long, Segment> known = new HashMap<>();
    private final Map<Long, Integer> versions = new HashMap<>();
    private End noted;

    public SettledParts(PartitionLog log) {
        this.log = log;
    }

    /** What is settled now, oldest first. The end of a log that is written to is known the next time or later. */
    public List<Part> look() {
        long mark = log.commitMark();
        if (noted != null && noted.generation() != log.generation()) {
            noted = null;
        }
        boolean reached = noted != null && noted.lastIndex() <= mark;
        List<Segment> segments = log.state().segments();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean last = i == segments.size() - 1;
            long lastIndex = last ? log.lastIndex() : segments.get(i + 1).baseIndex() - 1;
            if (lastIndex <= mark) {
                parts.add(part(segment, segment.size()));
            } else if (reached && segment.baseOffset() == noted.baseOffset()) {
                parts.add(part(segment, noted.bytes()));
            }
        }
        if (noted == null || reached) {
            Segment active = log.state().active();
            noted = new End(log.generation(), log.lastIndex(), active.baseOffset(), active.size());
        }
        return parts;
    }

    private Part part(Segment segment, long bytes) {
        long base = segment.baseOffset();
        Segment before = known.put(base, segment);
        if (before != null && before != segment) {
            versions.merge(base, 1, Integer::sum);
        }
        return new Part(base, bytes, versions.getOrDefault(base, 0));
    }

    /** All there is now, settled or not. */
    public List<Part> all() {
        return log.state().segments().stream()
                .map(segment -> part(segment, segment.size()))
                .toList();
    }
}
