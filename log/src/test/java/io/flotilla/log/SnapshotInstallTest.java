package io.flotilla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.log.state.InvalidSnapshotException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A follower behind the leader's first entry gets the leader's snapshot, then the entries after it. */
class SnapshotInstallTest {
    private final LogFixture leader = new LogFixture();

    /** A leader's log that begins in the middle. */
    private LogSnapshot lead() throws IOException {
        leader.open();
        leader.log.append(Batches.leaderChange(1, 1), 1, 0);
        leader.log.append(Batches.voters(new byte[] {1}), 1, 0);
        // A producer that falls silent before the log's beginning.
        leader.log.append(Batches.produced(77, 3, 0, 2, 10), 1, 0);
        for (int i = 0; i < 30; i++) {
            int term = 1 + i / 10;
            if (term > leader.log.lastTerm()) {
                leader.log.append(Batches.leaderChange(1, term), term, 0);
            }
            leader.log.append(Batches.produced(1, 0, i, 1, 100), term, 0);
            if (i == 12) {
                leader.log.append(Batches.voters(new byte[] {2}), 2, 0);
            }
        }
        leader.tasks.runAll();
        leader.log.committed(leader.log.lastIndex());
        leader.log.advanceLogStart(17);
        leader.tasks.runAll();
        assertThat(leader.log.firstIndex()).isGreaterThan(10);
        return leader.log.snapshotForInstall();
    }

    private static LogFixture follower() throws IOException {
        LogFixture follower = new LogFixture();
        follower.open();
        follower.log.append(Batches.leaderChange(9, 1), 1, 0);
        for (int i = 0; i < 10; i++) {
            follower.log.append(Batches.produced(5, 0, i, 1, 100), 1, 0);
        }
        follower.tasks.runAll();
        return follower;
    }

    private void assertReplacedAndCatchesUp(LogFixture follower, LogSnapshot snapshot) {
        PartitionLog log = follower.log;
        assertThat(log.lastIndex()).isEqualTo(snapshot.index());
        assertThat(log.firstIndex()).isEqualTo(snapshot.index() + 1);
        assertThat(log.lastTerm()).isEqualTo(snapshot.term());
        assertThat(log.committedIndex()).isEqualTo(snapshot.index());
        assertThat(log.logStartOffset()).isEqualTo(17);
        long next = snapshot.index() + 1;
        while (next <= leader.log.lastIndex()) {
            ReadResult.Batches batches = leader.entries(next, leader.log.lastIndex(), 700);
            next = batches.lastIndex() + 1;
            log.appendReplicated(batches.bytes(), 0);
        }
        follower.tasks.runAll();
        assertThat(log.lastIndex()).isEqualTo(leader.log.lastIndex());
        assertThat(log.durableIndex()).isEqualTo(leader.log.lastIndex());
        assertThat(log.logEndOffset()).isEqualTo(leader.log.logEndOffset());
        assertThat(log.termStarts()).isEqualTo(leader.log.termStarts());
        assertThat(log.producers().describe())
                .containsExactlyInAnyOrderElementsOf(leader.log.producers().describe());
        assertThat(log.configurations()).hasSize(leader.log.configurations().size());
        assertThat(log.configurations().get(0).bytes())
                .isEqualTo(leader.log.configurations().get(0).bytes());
        for (long offset = 17; offset < log.logEndOffset(); offset++) {
            assertThat(log.indexOf(offset)).isEqualTo(leader.log.indexOf(offset));
        }
    }

    @Test
    void replacesTheWholeLogAtOnceAndOnDisk() throws IOException {
        LogSnapshot snapshot = lead();
        LogFixture follower = follower();
        follower.durable.clear();
        follower.log.installSnapshot(snapshot.bytes());
        assertThat(follower.log.lastIndex()).isEqualTo(snapshot.index());
        assertThat(follower.durable).isEmpty();
        follower.tasks.runAll();
        assertThat(follower.durable).containsExactly(snapshot.index());
        follower.closeAndReopen();
        assertReplacedAndCatchesUp(follower, snapshot);
        follower.closeAndReopen();
        assertThat(follower.log.lastIndex()).isEqualTo(leader.log.lastIndex());
        follower.close();
        leader.close();
    }

    @Test
    void entriesMayFollowBeforeTheInstallationIsDurable() throws IOException {
        LogSnapshot snapshot = lead();
        LogFixture follower = follower();
        follower.log.installSnapshot(snapshot.bytes());
        assertReplacedAndCatchesUp(follower, snapshot);
        follower.kill();
        follower.open();
        assertThat(follower.log.lastIndex()).isEqualTo(leader.log.lastIndex());
        follower.close();
        leader.close();
    }

    @Test
    void aPowerLossAtAnyPointLeavesTheOldLogOrTheNew() throws IOException {
        LogSnapshot snapshot = lead();
        boolean sawOld = false;
        boolean sawNew = false;
        for (int operation = 0; operation < 30; operation++) {
            for (int seed = 0; seed < 8; seed++) {
                LogFixture follower = follower();
                int[] left = {operation};
                follower.disk.setFaults((kind, path) -> {
                    if (kind.isChange() && left[0]-- <= 0) {
                        throw new IOException("Power is gone");
                    }
                });
                follower.log.installSnapshot(snapshot.bytes());
                follower.tasks.runAll();
                boolean reported = follower.durable.contains(snapshot.index());
                follower.disk.setFaults((kind, path) -> {});
                follower.kill();
                follower.disk.powerLoss(Seeds.random(seed * 100L + operation));
                follower.open();
                boolean isNew = follower.log.lastIndex() == snapshot.index();
                assertThat(isNew || !reported).isTrue();
                if (isNew) {
                    assertReplacedAndCatchesUp(follower, snapshot);
                } else {
                    assertThat(follower.log.lastIndex()).isEqualTo(11);
                }
                sawOld |= !isNew;
                sawNew |= isNew;
                follower.close();
            }
        }
        assertThat(sawOld && sawNew).isTrue();
        leader.close();
    }

    @Test
    void refusesADamagedSnapshotAndKeepsTheLog() throws IOException {
        LogSnapshot snapshot = lead();
        LogFixture follower = follower();
        byte[] damaged = snapshot.bytes().clone();
        damaged[30] ^= 1;
        assertThatThrownBy(() -> follower.log.installSnapshot(damaged)).isInstanceOf(InvalidSnapshotException.class);
        assertThat(follower.log.lastIndex()).isEqualTo(11);
        follower.close();
        leader.close();
    }
}
