package io.flotilla.check;

import io.flotilla.check.Event.CommitAcknowledged;
import io.flotilla.check.Event.CommitFetched;
import io.flotilla.check.Event.CommitInvoked;
import io.flotilla.check.History.Entry;
import io.flotilla.check.RunningMax.Seen;
import io.flotilla.check.Violation.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * A group finds the offset again that it committed last. A commit that was never answered may arrive at any later time: Kafka's protocol has
 * nothing to tell it from one that was just sent.
 */
final class GroupCheck implements Check {
    /** What is known of one group in one partition. */
    private static final class Group {
        /** How often each offset was committed without an answer. */
        final Map<Long, Integer> unanswered = new HashMap<>();

        final RunningMax acknowledged = new RunningMax();
    }

    @Override
    public void check(Facts facts, Report report) {
        Map<String, Group> groups = new HashMap<>();
        for (Entry entry : facts.entries) {
            if (!facts.existsAt(entry)) {
                return;
            }
            if (entry.event() instanceof CommitInvoked commit) {
                group(groups, commit.group()).unanswered.merge(commit.offset(), 1, Integer::sum);
            } else if (entry.event() instanceof CommitAcknowledged commit) {
                Group group = group(groups, commit.group());
                checkNotBack("commits", group, commit.group(), commit.offset(), commit.since(), entry, report);
                group.acknowledged.add(commit.offset(), entry);
                group.unanswered.merge(commit.offset(), -1, Integer::sum);
            } else if (entry.event() instanceof CommitFetched fetched) {
                Group group = group(groups, fetched.group());
                if (group.unanswered.getOrDefault(fetched.offset(), 0) == 0) {
                    checkNotBack("is told", group, fetched.group(), fetched.offset(), fetched.since(), entry, report);
                }
                if (fetched.offset() >= 0 && !group.unanswered.containsKey(fetched.offset())) {
                    report.add(
                            Kind.GROUP_OFFSET_INVENTED,
                            "%s is told %d, which no member committed".formatted(fetched.group(), fetched.offset()),
                            entry);
                }
            }
        }
    }

    private static Group group(Map<String, Group> groups, String name) {
        return groups.computeIfAbsent(name, key -> new Group());
    }

    private static void checkNotBack(
            String does, Group group, String name, long offset, long since, Entry entry, Report report) {
        if (group.acknowledged.exceeds(offset, since)) {
            Seen before = group.acknowledged.before(since);
            report.add(
                    Kind.GROUP_OFFSET_WENT_BACK,
                    "%s %s %d after %d".formatted(name, does, offset, before.value()),
                    before.entry(),
                    entry);
        }
    }
}
