package io.flotilla.check;

import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendFailed;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.Facts.Send;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.Map;

/** What the logs hold in the end is what producers sent: once, in their order, and nothing that was refused. */
final class WriteCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        if (!facts.sends.isEmpty() && !facts.isDeleted()) {
            checkLog(facts, report);
        }
        checkOutcomes(facts, report);
    }

    private static void checkLog(Facts facts, Report report) {
        Map<String, Send> lastOfProducer = new HashMap<>();
        for (Stored record : facts.log().records()) {
            if (record.key() == null) {
                continue;
            }
            Send send = facts.sends.get(record.key());
            if (send == null) {
                report.add(Kind.INVENTED_RECORD, "nobody sent what is stored as " + record);
                continue;
            }
            if (facts.log().offsetOf(record.key()) != record.offset()) {
                report.add(
                        Kind.DUPLICATE,
                        "%s is stored at %d and at %d"
                                .formatted(record.key(), facts.log().offsetOf(record.key()), record.offset()),
                        send.invoked);
                continue;
            }
            if (send.outcome != null && send.outcome.event() instanceof SendFailed) {
                report.add(
                        Kind.FAILED_WRITE_STORED,
                        "%s was refused, but is stored at %d".formatted(record.key(), record.offset()),
                        send.outcome);
            }
            Send before = lastOfProducer.put(send.producer, send);
            if (before != null && before.invoked.number() > send.invoked.number()) {
                report.add(
                        Kind.REORDERED_SENDS,
                        "%s is stored at %d, after what was sent later".formatted(record.key(), record.offset()),
                        send.invoked,
                        before.invoked);
            }
        }
    }

    /** A record is acknowledged once, or always with the same offset. */
    private static void checkOutcomes(Facts facts, Report report) {
        facts.entries.forEach(entry -> {
            if (entry.event() instanceof SendAcknowledged again) {
                Send send = facts.sends.get(again.key());
                if (send.outcome.event() instanceof SendAcknowledged first && first.offset() != again.offset()) {
                    report.add(Kind.DUPLICATE, again.key() + " is acknowledged at two offsets", send.outcome, entry);
                }
            }
        });
    }
}
