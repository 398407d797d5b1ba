package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DisksTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final UUID C = new UUID(0, 3);

    @Test
    void remembersSinceWhenADirectoryIsThereAndWhenTheyLastChanged() {
        Disks first = Disks.NONE.now(List.of(A, B), 5);
        assertThat(first.changed()).isEqualTo(5);
        assertThat(first.directories()).containsExactly(A, B);
        assertThat(first.now(List.of(B, A), 6)).isSameAs(first);
        Disks more = first.now(List.of(A, B, C), 7);
        assertThat(more.changed()).isEqualTo(7);
        assertThat(more.present().get(A)).isEqualTo(new Disks.Stay(5, Disks.Absence.UNKNOWN));
        assertThat(more.present().get(C)).isEqualTo(new Disks.Stay(7, Disks.Absence.UNKNOWN));
    }

    @Test
    void aBrokerWithoutDirectoriesIsNotOneThatNeverRegistered() {
        assertThat(Disks.NONE.now(List.of(), 3).changed()).isEqualTo(3);
    }

    @Test
    void aDirectoryThatComesBackShowsAllWhenTheOthersAreThere() {
        Disks back = Disks.NONE.now(List.of(A, B), 1).now(List.of(B), 2).now(List.of(A, B), 3);
        assertThat(back.present().get(A)).isEqualTo(new Disks.Stay(3, new Disks.Absence(1, 2)));
        assertThat(back.present().get(B)).isEqualTo(new Disks.Stay(1, Disks.Absence.UNKNOWN));
        assertThat(back.showsAllSinceItLeft(A, 1)).isTrue();
        assertThat(back.away()).isEmpty();
    }

    @Test
    void whatLeftAtTheSameTimeOrBeforeHidesNothing() {
        Disks back = Disks.NONE
                .now(List.of(A, B, C), 1)
                .now(List.of(A, B), 2)
                .now(List.of(B), 3)
                .now(List.of(A, B), 4);
        assertThat(back.showsAllSinceItLeft(A, 1)).isTrue();
        Disks both = Disks.NONE.now(List.of(A, B, C), 1).now(List.of(C), 2).now(List.of(A, C), 3);
        assertThat(both.showsAllSinceItLeft(A, 1)).isTrue();
    }

    @Test
    void whatLeftLaterMayHideSomething() {
        Disks back = Disks.NONE
                .now(List.of(A, B, C), 1)
                .now(List.of(B, C), 2)
                .now(List.of(C), 3)
                .now(List.of(A, C), 4);
        assertThat(back.showsAllSinceItLeft(A, 1)).isFalse();
        assertThat(back.now(List.of(A, B, C), 5).showsAllSinceItLeft(A, 1)).isTrue();
        // Only at the time that somebody asks: one may have gone again.
        Disks swapped = Disks.NONE.now(List.of(A), 1).now(List.of(B), 2).now(List.of(A), 3);
        assertThat(swapped.showsAllSinceItLeft(A, 1)).isFalse();
    }

    @Test
    void aDirectoryNobodyRemembersShowsNothing() {
        Disks disks = Disks.NONE.now(List.of(A), 1);
        for (int i = 0; i < 40; i++) {
            disks = disks.now(List.of(new UUID(7, i)), 2 + i);
        }
        assertThat(disks.away()).hasSize(32).doesNotContainKey(A);
        assertThat(disks.now(List.of(A), 100).showsAllSinceItLeft(A, 1)).isFalse();
        assertThat(disks.showsAllSinceItLeft(C, 1)).isFalse();
    }

    @Test
    void aStayThatTheDirectoryItselfMissedShowsNothing() {
        // The third registration is a late one, of an earlier process; no directory is in it because it is there.
        Disks disks = Disks.NONE
                .now(List.of(A, B, C), 1)
                .now(List.of(B, C), 2)
                .now(List.of(B), 3)
                .now(List.of(A, B, C), 4)
                .now(List.of(B), 5)
                .now(List.of(A, B), 6);
        assertThat(disks.showsAllSinceItLeft(A, 1)).isFalse();
        assertThat(disks.showsAllSinceItLeft(A, 4)).isTrue();
    }
}
