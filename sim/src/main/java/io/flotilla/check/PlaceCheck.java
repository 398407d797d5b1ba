package io.flotilla.check;

import io.flotilla.check.Event.Polled;
import io.flotilla.check.Event.Read;
import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendKept;
import io.flotilla.check.History.Entry;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.Map;

/** Every record that a producer or consumer was told of stands where they were told, in the logs and in what others saw. */
final class PlaceCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        new Places(facts, report).check();
    }

    /** Where whose record was seen. */
    private record Sighting(long offset, String key, Entry entry) {}

    /** The work on one partition, which remembers what was seen of records that are gone. */
    private static final class Places {
        private final Facts facts;
        private final Report report;
        private final Map<Long, Sighting> goneByOffset = new HashMap<>();
        private final Map<String, Sighting> goneByKey = new HashMap<>();

        Places(Facts facts, Report report) {
            this.facts = facts;
            this.report = report;
        }

        void check() {
            for (Entry entry : facts.entries) {
                if (entry.event() instanceof SendAcknowledged acknowledged) {
                    see(new Sighting(acknowledged.offset(), acknowledged.key(), entry));
                } else if (entry.event() instanceof SendKept kept) {
                    checkKept(kept, entry);
                } else if (entry.event() instanceof Polled polled) {
                    for (Read read : polled.records()) {
                        see(new Sighting(read.offset(), read.key(), entry));
                    }
                }
            }
        }

        /** Without an offset nothing can be said of records where any may be gone. */
        private void checkKept(SendKept kept, Entry entry) {
            boolean mayBeGone = facts.mayBeGone(0) || facts.isCompacted();
            if (!mayBeGone && facts.log().offsetOf(kept.key()) == null) {
                report.add(Kind.LOST_WRITE, kept.key() + ": said to be kept, but in no log", entry);
            }
        }

        private void see(Sighting sighting) {
            Long stored = facts.isDeleted() ? null : facts.log().offsetOf(sighting.key());
            if (!facts.isDeleted() && facts.log().holds(sighting.offset(), sighting.key())) {
                return;
            }
            boolean isRead = sighting.entry().event() instanceof Polled;
            if (isRead && !facts.sends.isEmpty() && !facts.sends.containsKey(sighting.key())) {
                tell(Kind.INVENTED_RECORD, sighting, "read, but sent by nobody");
            } else if (stored != null) {
                tell(Kind.INCONSISTENT_OFFSET, sighting, "stored at " + stored);
            } else if (facts.mayBeGone(sighting.offset()) || facts.mayBeCompacted(sighting.offset(), sighting.key())) {
                compareWithOthers(sighting);
            } else if (isRead) {
                tell(Kind.UNCOMMITTED_READ, sighting, "read, but in no log");
            } else {
                tell(Kind.LOST_WRITE, sighting, "acknowledged, but in no log");
            }
        }

        private void compareWithOthers(Sighting sighting) {
            Sighting sameOffset = goneByOffset.putIfAbsent(sighting.offset(), sighting);
            Sighting sameKey = goneByKey.putIfAbsent(sighting.key(), sighting);
            if (sameOffset != null && !sameOffset.key().equals(sighting.key())) {
                tell(Kind.INCONSISTENT_OFFSET, sighting, "others saw " + sameOffset.key() + " there", sameOffset);
            }
            if (sameKey != null && sameKey.offset() != sighting.offset()) {
                tell(Kind.DUPLICATE, sighting, "also seen at " + sameKey.offset(), sameKey);
            }
        }

        private void tell(Kind kind, Sighting sighting, String what) {
            report.add(kind, text(sighting, what), sighting.entry());
        }

        private void tell(Kind kind, Sighting sighting, String what, Sighting other) {
            report.add(kind, text(sighting, what), other.entry(), sighting.entry());
        }

        private static String text(Sighting sighting, String what) {
            return "%s at %d: %s".formatted(sighting.key(), sighting.offset(), what);
        }
    }
}
