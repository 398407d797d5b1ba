package io.flotilla.check;

import io.flotilla.check.Event.Polled;
import io.flotilla.check.Event.Positioned;
import io.flotilla.check.Event.Read;
import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.Event.Unassigned;
import io.flotilla.check.History.Entry;
import io.flotilla.check.Violation.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A consumer gets every record from its position on, once and in the order of offsets, and arrives at the end. */
final class ReadCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        new Reads(facts, report).check();
    }

    /** Where a consumer reads on, and the event that brought it there. */
    private record Position(long offset, Entry entry) {}

    private static final class Reads {
        private final Facts facts;
        private final Report report;
        private final TreeMap<Long, String> known = new TreeMap<>();
        private final Map<String, Position> positions = new TreeMap<>();

        Reads(Facts facts, Report report) {
            this.facts = facts;
            this.report = report;
        }

        void check() {
            collectKnown();
            for (Entry entry : facts.entries) {
                if (entry.event() instanceof Positioned positioned) {
                    positions.put(positioned.consumer(), new Position(positioned.offset(), entry));
                } else if (entry.event() instanceof Unassigned unassigned) {
                    positions.remove(unassigned.consumer());
                } else if (entry.event() instanceof Polled polled) {
                    checkPoll(polled, entry);
                }
            }
            checkArrived();
        }

        /** Every record there is known to be, or to have been. */
        private void collectKnown() {
            if (!facts.isDeleted()) {
                for (Stored record : facts.log().records()) {
                    if (record.key() != null) {
                        known.put(record.offset(), record.key());
                    }
                }
            }
            for (Entry entry : facts.entries) {
                if (entry.event() instanceof SendAcknowledged acknowledged) {
                    known.putIfAbsent(acknowledged.offset(), acknowledged.key());
                } else if (entry.event() instanceof Polled polled) {
                    polled.records().forEach(read -> known.putIfAbsent(read.offset(), read.key()));
                }
            }
        }

        private void checkPoll(Polled polled, Entry entry) {
            Position from = positions.put(polled.consumer(), new Position(polled.next(), entry));
            if (from == null) {
                report.add(Kind.NON_MONOTONIC_READ, polled.consumer() + " polled without a position", entry);
                return;
            }
            long expected = from.offset();
            for (Read read : polled.records()) {
                if (read.offset() < expected) {
                    report.add(
                            Kind.NON_MONOTONIC_READ,
                            "%s got %d, but was at %d".formatted(polled.consumer(), read.offset(), expected),
                            from.entry(),
                            entry);
                } else {
                    checkStep(polled, expected, read.offset(), from.entry(), entry);
                    expected = read.offset() + 1;
                }
            }
            if (polled.next() < expected) {
                report.add(
                        Kind.NON_MONOTONIC_READ,
                        "%s went back from %d to %d".formatted(polled.consumer(), expected, polled.next()),
                        from.entry(),
                        entry);
            } else {
                checkStep(polled, expected, polled.next(), from.entry(), entry);
            }
            checkHighWatermark(polled, entry);
        }

        private void checkStep(Polled polled, long from, long to, Entry before, Entry entry) {
            if (from >= to) {
                return;
            }
            List<String> skipped = known.subMap(from, to).entrySet().stream()
                    .filter(record -> !facts.mayBeCompacted(record.getKey(), record.getValue()))
                    .map(record -> record.getValue() + " at " + record.getKey())
                    .toList();
            if (!skipped.isEmpty()) {
                report.add(
                        Kind.SKIPPED_READ,
                        "%s stepped over %s (in all %d)"
                                .formatted(
                                        polled.consumer(),
                                        skipped.stream().limit(5).collect(Collectors.joining(", ")),
                                        skipped.size()),
                        before,
                        entry);
            }
        }

        private void checkHighWatermark(Polled polled, Entry entry) {
            if (polled.highWatermark() >= 0 && !polled.records().isEmpty()) {
                long last = polled.records().get(polled.records().size() - 1).offset();
                if (last >= polled.highWatermark()) {
                    report.add(
                            Kind.BEYOND_HIGH_WATERMARK,
                            "%s got %d with a high watermark of %d"
                                    .formatted(polled.consumer(), last, polled.highWatermark()),
                            entry);
                }
            }
        }

        private void checkArrived() {
            if (!facts.hasHealed() || facts.isDeleted()) {
                return;
            }
            positions.forEach((consumer, position) -> {
                if (position.offset() < facts.log().end()) {
                    report.add(
                            Kind.NO_PROGRESS,
                            "%s has stopped at %d, before the end at %d"
                                    .formatted(
                                            consumer,
                                            position.offset(),
                                            facts.log().end()),
                            position.entry());
                }
            });
        }
    }
}
