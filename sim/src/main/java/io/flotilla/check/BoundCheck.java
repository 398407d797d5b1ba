package io.flotilla.check;

import io.flotilla.check.Event.Bound;
import io.flotilla.check.Event.BoundTold;
import io.flotilla.check.Event.Denied;
import io.flotilla.check.Event.Source;
import io.flotilla.check.History.Entry;
import io.flotilla.check.RunningMax.Seen;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.Map;

/** Where a partition begins and ends never goes back, and nobody is told that there is no such data while there is. */
final class BoundCheck implements Check {
    private record Key(Source source, Bound bound) {}

    @Override
    public void check(Facts facts, Report report) {
        Map<Key, RunningMax> told = new HashMap<>();
        for (Entry entry : facts.entries) {
            if (entry.event() instanceof BoundTold bound) {
                RunningMax before =
                        told.computeIfAbsent(new Key(bound.source(), bound.bound()), key -> new RunningMax());
                if (facts.existsAt(entry)) {
                    checkNotBack(bound, entry, before, report);
                    checkAgainstData(bound, entry, facts, report);
                }
                before.add(bound.offset(), entry);
            } else if (entry.event() instanceof Denied denied && facts.existsAt(entry)) {
                checkDenied(denied, entry, facts, report);
            }
        }
    }

    private static void checkNotBack(BoundTold told, Entry entry, RunningMax earlier, Report report) {
        if (earlier.exceeds(told.offset(), told.since())) {
            Seen before = earlier.before(told.since());
            report.add(
                    Kind.BOUND_WENT_BACK,
                    "%s of %s went from %d to %d"
                            .formatted(told.bound(), told.source().name(), before.value(), told.offset()),
                    before.entry(),
                    entry);
        }
    }

    private static void checkAgainstData(BoundTold told, Entry entry, Facts facts, Report report) {
        if (told.bound() == Bound.HIGH_WATERMARK
                && told.source().current()
                && facts.acknowledgedEnd.exceeds(told.offset(), told.since())) {
            report.add(
                    Kind.DATA_DENIED,
                    "an end of %d was told after more was acknowledged".formatted(told.offset()),
                    facts.acknowledgedEnd.before(told.since()).entry(),
                    entry);
        }
        if (facts.isDeleted()) {
            return;
        }
        if (told.bound() == Bound.LOG_START && told.offset() > facts.log().start()) {
            report.add(
                    Kind.DATA_DENIED,
                    "a log start of %d was told, but it is %d"
                            .formatted(told.offset(), facts.log().start()),
                    entry);
        }
        if (told.bound() != Bound.LOG_START && told.offset() > facts.log().end()) {
            report.add(
                    Kind.BEYOND_HIGH_WATERMARK,
                    "a %s of %d was told, but the log ends at %d"
                            .formatted(told.bound(), told.offset(), facts.log().end()),
                    entry);
        }
    }

    private static void checkDenied(Denied denied, Entry entry, Facts facts, Report report) {
        Seen known = facts.knownEnd.before(denied.since());
        if (known == null) {
            return;
        }
        boolean wholePartition = denied.offset() < 0;
        boolean exists = denied.offset() >= facts.latestStart() && denied.offset() <= known.value();
        if (wholePartition || exists) {
            report.add(
                    Kind.DATA_DENIED,
                    "%s was told %s%s"
                            .formatted(
                                    denied.client(), denied.answer(), wholePartition ? "" : " for " + denied.offset()),
                    known.entry(),
                    entry);
        }
    }
}
