package io.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.raft.quorum.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppendRequestTest {
    private static final AppendRequest AFTER_4 = AppendRequest.probe(3, 4, 2, 4);

    @Test
    void endsAtItsLastEntryOrWhereItBegins() {
        assertThat(AFTER_4.lastIndex()).isEqualTo(4);
        assertThat(AFTER_4.withEntries(List.of(EntryRef.records(5, 7, 2, 10), EntryRef.records(8, 8, 3, 10)))
                        .lastIndex())
                .isEqualTo(8);
    }

    @Test
    void refusesEntriesThatDoNotFollow() {
        assertRefused(EntryRef.records(6, 6, 2, 1));
        assertRefused(EntryRef.records(4, 5, 2, 1));
        assertRefused(EntryRef.records(5, 5, 1, 1));
        assertRefused(EntryRef.records(5, 5, 4, 1));
    }

    @Test
    void refusesBadEntries() {
        assertThatThrownBy(() -> EntryRef.records(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EntryRef.records(2, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EntryRef.records(1, 1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EntryRef.records(1, 1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EntryRef(1, 2, 1, EntryKind.CONTROL, 0, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EntryRef.single(1, 1, EntryKind.CONFIGURATION, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EntryRef(1, 1, 1, EntryKind.RECORDS, 0, Configuration.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(EntryRef entry) {
        assertThatThrownBy(() -> AFTER_4.withEntries(List.of(entry))).isInstanceOf(IllegalArgumentException.class);
    }
}
