package io.flotilla.log.segment;

import io.flotilla.log.state.SegmentState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * What compaction has made of one or more neighbouring segments, ready to take their place.
 *
 * @param file where it is now, durable
 * @param replaced base offsets of the segments whose place it takes; the first is its own
 * @param state the segment it will be
 * @param offsets content of its {@code .index} file
 * @param times content of its {@code .timeindex} file
 */
public record CompactedSegment(
        Path file, List<Long> replaced, SegmentState state, ByteBuffer offsets, ByteBuffer times) {
    public CompactedSegment {
        replaced = List.copyOf(replaced);
    }
}
