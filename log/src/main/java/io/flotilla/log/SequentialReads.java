package io.flotilla.log;

import java.util.Arrays;

/**
 * Where the last reads of a log's files ended: whoever goes on there need not look the position up, and is about to read what
 * comes next. Touched by the log's loop only.
 */
final class SequentialReads {
    private static final int MOST_PLACES = 32;

    /** Where a read ended. */
    static final class Place {
        private long offset = -1;
        private long segment;
        private long position;
        private boolean cold;

        /** The segment's base offset. */
        long segment() {
            return segment;
        }

        /** Where in its file the batch with the offset begins. */
        long position() {
            return position;
        }

        /** Whether what was read had to come from the disk, so that what comes next will have to. */
        boolean isCold() {
            return cold;
        }

        /** What was read ahead had to come from the disk, or was in memory. */
        void setCold(boolean cold) {
            this.cold = cold;
        }
    }

    private final Place[] places = new Place[MOST_PLACES];
    private int oldest;

    /** The place where an offset is next, or null. */
    Place find(long offset) {
        for (Place place : places) {
            if (place != null && place.offset == offset) {
                return place;
            }
        }
        return null;
    }

    /**
     * Remembers a place, instead of the oldest if there are too many.
     *
     * @param cold whether what was read had to come from the disk
     * @return null if all this was known already
     */
    Place add(long offset, long segment, long position, boolean cold) {
        Place known = find(offset);
        if (known != null) {
            boolean news = cold && !known.cold;
            known.cold |= cold;
            return news ? known : null;
        }
        // A new one: a task that reads ahead for the old one may still have its answer for it.
        Place place = new Place();
        place.offset = offset;
        place.segment = segment;
        place.position = position;
        place.cold = cold;
        places[oldest] = place;
        oldest = (oldest + 1) % MOST_PLACES;
        return place;
    }

    /** Forgets all places: positions may mean something else now. */
    void clear() {
        Arrays.fill(places, null);
        oldest = 0;
    }
}
