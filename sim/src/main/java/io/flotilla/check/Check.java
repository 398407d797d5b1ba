package io.flotilla.check;

import io.flotilla.check.History.Entry;
import io.flotilla.check.Violation.Kind;
import java.util.List;
import java.util.function.Consumer;

/** One kind of promise, checked for one partition. */
interface Check {
    void check(Facts facts, Report report);

    /** Where violations of one partition go. */
    record Report(Partition partition, Consumer<Violation> violations) {
        void add(Kind kind, String text, Entry... events) {
            violations.accept(new Violation(kind, partition, text, List.of(events)));
        }
    }
}
