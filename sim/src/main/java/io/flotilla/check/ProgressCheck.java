package io.flotilla.check;

import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendKept;
import io.flotilla.check.Facts.Send;
import io.flotilla.check.Violation.Kind;
import java.util.List;

/** Once the faults are over, records are acknowledged again, and no send stays without an answer. */
final class ProgressCheck implements Check {
    @Override
    public void check(Facts facts, Report report) {
        if (!facts.hasHealed() || facts.isDeleted()) {
            return;
        }
        List<Send> sends = List.copyOf(facts.sends.values());
        for (Send send : sends) {
            if (send.outcome == null) {
                report.add(Kind.NO_PROGRESS, "a send was never answered", send.invoked);
            }
        }
        List<Send> late = sends.stream()
                .filter(send -> facts.isAfterHealing(send.invoked))
                .toList();
        boolean acknowledged = late.stream()
                .anyMatch(send -> send.outcome != null
                        && (send.outcome.event() instanceof SendAcknowledged
                                || send.outcome.event() instanceof SendKept));
        if (!late.isEmpty() && !acknowledged) {
            report.add(
                    Kind.NO_PROGRESS,
                    "none of %d sends was acknowledged after all faults were over".formatted(late.size()),
                    late.get(0).invoked);
        }
    }
}
