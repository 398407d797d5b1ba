package io.flotilla.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.check.Event.Keyed;
import io.flotilla.check.Event.ReplicaLog;
import io.flotilla.check.Event.SendAcknowledged;
import io.flotilla.check.Event.SendInvoked;
import io.flotilla.check.Event.Stored;
import io.flotilla.check.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the checker makes of compacted logs. */
class CompactionCheckTest {
    private static final Partition P = new Partition("keyed", 0);

    private final History history = new History(() -> 7);

    /** Three records of one key, the last of which deletes it, and one of another. */
    @BeforeEach
    void write() {
        sent("a0", "a", false, 0);
        sent("a1", "a", false, 1);
        sent("b2", "b", false, 2);
        sent("a3", "a", true, 3);
    }

    private void sent(String id, String key, boolean tombstone, long offset) {
        history.add(new SendInvoked("producer", P, id));
        history.add(new Keyed(P, id, key, tombstone));
        history.add(new SendAcknowledged("producer", P, id, offset));
    }

    private void replica(String name, String... ids) {
        List<Stored> records = new ArrayList<>();
        for (String id : ids) {
            long offset = id.charAt(1) - '0';
            records.add(new Stored(offset, 1, id, offset, id.substring(0, 1), offset == 3));
        }
        history.add(new ReplicaLog(name, P, 0, 4, records));
    }

    private List<Kind> kinds() {
        return Checker.check(history).stream().map(Violation::kind).toList();
    }

    @Test
    void replicasMayHaveComeAsFarAsTheyLike() {
        replica("1", "a0", "a1", "b2", "a3");
        replica("2", "b2", "a3");
        replica("3", "b2");
        assertThat(kinds()).isEmpty();
    }

    @Test
    void findsADeletedValueThatIsThereWithoutItsTombstone() {
        replica("1", "b2");
        replica("2", "a1", "b2");
        assertThat(kinds()).contains(Kind.RESURRECTED);
    }

    @Test
    void findsTheNewestOfAKeyGoneFromOneReplica() {
        replica("1", "b2", "a3");
        replica("2", "a3");
        assertThat(kinds()).contains(Kind.REPLICAS_DIFFER, Kind.RESURRECTED);
    }

    @Test
    void findsTheNewestOfAKeyGoneEverywhere() {
        replica("1", "a3");
        assertThat(kinds()).contains(Kind.LOST_WRITE);
    }
}
