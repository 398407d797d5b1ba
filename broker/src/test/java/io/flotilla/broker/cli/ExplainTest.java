package io.flotilla.broker.cli;

import static io.flotilla.broker.cli.ReportedReplicas.follower;
import static io.flotilla.broker.cli.ReportedReplicas.leading;
import static io.flotilla.broker.cli.ReportedReplicas.open;
import static io.flotilla.broker.cli.ReportedReplicas.unopened;
import static io.flotilla.broker.cli.ReportedReplicas.unreachableFollower;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.explain.Explainer;
import io.flotilla.broker.cli.explain.Explanation;
import io.flotilla.broker.cli.explain.Recovery;
import io.flotilla.raft.core.ReplicationState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What {@code partition explain} and {@code recover} say of the situations that people will meet, word for word, in {@code explain/*.txt} among
 * the test resources. With {@code -Dflotilla.docs.write=true} the words are written anew.
 */
class ExplainTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "explain");

    private final ReportedReplicas now = new ReportedReplicas();
    private Path golden;

    @BeforeEach
    void nameGolden(TestInfo test) {
        golden = GOLDEN.resolve(test.getTestMethod().orElseThrow().getName() + ".txt");
    }

    private void assertGolden(String text) throws IOException {
        if (Boolean.getBoolean("flotilla.docs.write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, text);
        }
        assertThat(text).isEqualTo(Files.readString(golden));
    }

    private static String text(Explanation explanation) {
        StringWriter text = new StringWriter();
        ExplanationFormat.print(explanation, new PrintWriter(text));
        return text.toString();
    }

    private static Explanation explanation(ReportedReplicas before, ReportedReplicas now) {
        return Explainer.explain(ReportedReplicas.TOPIC, 0, before.reports(), now.reports());
    }

    private String text() {
        return text(explanation(now, now));
    }

    @Test
    void allIsWell() throws IOException {
        now.with(
                        1,
                        leading(
                                1,
                                3,
                                101,
                                follower(2, ReplicationState.REPLICATE, 101),
                                follower(3, ReplicationState.REPLICATE, 101)))
                .with(2, open(3, 1, 101))
                .with(3, open(3, 1, 101));
        assertGolden(text());
    }

    @Test
    void oneFollowerIsDown() throws IOException {
        now.with(1, leading(1, 3, 101, follower(2, ReplicationState.REPLICATE, 101), unreachableFollower(3, 90)))
                .with(2, open(3, 1, 101))
                .unreachable(3);
        assertGolden(text());
    }

    @Test
    void theMajorityIsGone() throws IOException {
        now.unreachable(1).with(2, open(3, -1, 101)).unreachable(3);
        assertGolden(text());
    }

    @Test
    void nobodyAnswers() throws IOException {
        now.unreachable(1).unreachable(2).unreachable(3);
        assertGolden(text());
    }

    @Test
    void theLeaderIsCutOffFromItsFollowersAndDoesNotCommit() throws IOException {
        now.with(
                        1,
                        leading(1, 3, 101, unreachableFollower(2, 101), unreachableFollower(3, 101))
                                .lastIndex(116)
                                .syncedIndex(116))
                .with(2, open(3, -1, 101))
                .with(3, open(3, -1, 101))
                .cut(1, 2)
                .cut(1, 3);
        assertGolden(text());
    }

    @Test
    void aFormerLeaderHasNotNoticed() throws IOException {
        now.with(1, leading(1, 3, 101, unreachableFollower(2, 101), unreachableFollower(3, 101)))
                .with(2, leading(2, 4, 105, unreachableFollower(1, 101), follower(3, ReplicationState.REPLICATE, 105)))
                .with(3, open(4, 2, 105))
                .cut(1, 2)
                .cut(1, 3);
        assertGolden(text());
    }

    @Test
    void replicasHaveStoppedOrCannotBeOpened() throws IOException {
        now.with(1, open(3, -1, 101))
                .with(2, open(3, -1, 80).state(DescribeReplicasHandler.STOPPED).problem("/data: Input/output error"))
                .with(
                        3,
                        unopened(DescribeReplicasHandler.NOT_OPENED)
                                .problem("00000000000000000000.log: checksum mismatch at byte 4096"));
        assertGolden(text());
    }

    @Test
    void aMajorityIsThereAndElects() throws IOException {
        now.with(1, open(7, -1, 101)).with(2, open(8, -1, 101)).unreachable(3);
        assertGolden(text());
    }

    @Test
    void aFollowerGetsASnapshotAndAnotherOneHasASlowDisk() throws IOException {
        now.with(
                        1,
                        leading(
                                        1,
                                        3,
                                        5000,
                                        follower(2, ReplicationState.REPLICATE, 4000),
                                        follower(3, ReplicationState.SNAPSHOT, 0))
                                .commitIndex(4000))
                .with(2, open(3, 1, 4000).lastIndex(5000))
                .with(3, open(3, 1, 1));
        assertGolden(text());
    }

    @Test
    void replicasAreBeingMoved() throws IOException {
        now.with(
                        1,
                        leading(
                                        1,
                                        3,
                                        5000,
                                        follower(2, ReplicationState.REPLICATE, 5000),
                                        follower(3, ReplicationState.REPLICATE, 5000),
                                        unreachableFollower(4, 100))
                                .assigned(List.of(2, 3, 4, 1))
                                .adding(List.of(4))
                                .removing(List.of(1))
                                .learners(List.of(4)))
                .with(2, open(3, 1, 5000))
                .with(3, open(3, 1, 5000))
                .unreachable(4);
        assertGolden(text());
    }

    @Test
    void aReplicaHasLostItsDataAndIsTakenInAgain() throws IOException {
        now.with(
                        1,
                        leading(
                                        1,
                                        3,
                                        5000,
                                        follower(2, ReplicationState.REPLICATE, 5000),
                                        follower(3, ReplicationState.REPLICATE, 900))
                                .step("catching up, which waits for broker 3, which lacks 4100 entries"))
                .with(2, open(3, 1, 5000))
                .with(3, open(3, 1, 900).forgetful(true));
        assertGolden(text());
    }

    @Test
    void aNewLeaderHasNotCommittedYet() throws IOException {
        now.with(
                        2,
                        leading(2, 4, 102, unreachableFollower(1, 0), follower(3, ReplicationState.PROBE, 0))
                                .leading(false)
                                .commitIndex(101)
                                .transferTarget(3))
                .unreachable(1)
                .with(3, open(4, 2, 101));
        assertGolden(text());
    }

    @Test
    void aJointConfigurationNeedsBothMajorities() throws IOException {
        now.with(1, open(3, -1, 100).voters(List.of(3, 4, 5)).outgoing(List.of(1, 2, 3)))
                .with(2, open(3, -1, 100).voters(List.of(3, 4, 5)).outgoing(List.of(1, 2, 3)))
                .with(3, open(3, -1, 100).voters(List.of(3, 4, 5)).outgoing(List.of(1, 2, 3)))
                .unreachable(4)
                .unreachable(5);
        assertGolden(text());
    }

    @Test
    void whatMovesBetweenTwoLooksIsNotStuck() throws IOException {
        ReportedReplicas before = new ReportedReplicas()
                .with(
                        1,
                        leading(1, 3, 5000, follower(2, ReplicationState.REPLICATE, 4000), unreachableFollower(3, 10))
                                .commitIndex(4000))
                .with(2, open(3, 1, 4000).lastIndex(5000))
                .unreachable(3);
        now.with(
                        1,
                        leading(1, 3, 6000, follower(2, ReplicationState.REPLICATE, 5000), unreachableFollower(3, 10))
                                .commitIndex(5000))
                .with(2, open(3, 1, 5000).lastIndex(6000))
                .unreachable(3);
        assertGolden(text(explanation(before, now)));
    }

    private String recovery() {
        StringWriter text = new StringWriter();
        List<Recovery> needed = Recovery.needed(now.reports());
        RecoveryFormat.print(needed, new PrintWriter(text));
        if (!needed.isEmpty()) {
            RecoveryFormat.printAdvice(needed, false, new PrintWriter(text));
        }
        return text.toString();
    }

    @Test
    void recoveryTellsWhatIsKeptAtRiskAndLost() throws IOException {
        now.unreachable(1)
                .with(2, open(3, -1, 101).lastIndex(106).syncedIndex(106).logEndOffset(105))
                .unreachable(3);
        assertGolden(recovery());
    }

    @Test
    void recoveryChoosesTheSurvivorThatWouldWinAnElection() throws IOException {
        List<Integer> five = List.of(1, 2, 3, 4, 5);
        now.unreachable(1)
                .with(
                        2,
                        open(4, -1, 100)
                                .voters(five)
                                .lastTerm(3)
                                .lastIndex(120)
                                .syncedIndex(120)
                                .logEndOffset(119))
                .with(3, open(4, -1, 110).voters(five).lastTerm(4))
                .unreachable(4)
                .unreachable(5);
        assertGolden(recovery());
    }

    @Test
    void recoveryDoesNotTrustReplicasThatHaveLostTheirData() throws IOException {
        now.with(1, open(9, -1, 1).forgetful(true).voters(List.of()))
                .with(2, open(3, -1, 101))
                .with(3, open(9, -1, 1).forgetful(true).voters(List.of()));
        assertGolden(recovery());
    }

    @Test
    void recoveryIsNotOfferedWhileAMajorityIsThereOrSomebodyLeads() {
        now.with(1, open(7, -1, 101)).with(2, open(8, -1, 101)).unreachable(3);
        assertThat(Recovery.needed(now.reports())).isEmpty();
        ReportedReplicas led = new ReportedReplicas()
                .with(1, leading(1, 3, 101, unreachableFollower(2, 101), unreachableFollower(3, 101)))
                .unreachable(2)
                .unreachable(3);
        assertThat(Recovery.needed(led.reports())).isEmpty();
    }

    @Test
    void programsGetJson() throws IOException {
        now.unreachable(1).with(2, open(3, -1, 101)).unreachable(3);
        assertGolden(ExplanationFormat.json(explanation(now, now)));
    }
}
