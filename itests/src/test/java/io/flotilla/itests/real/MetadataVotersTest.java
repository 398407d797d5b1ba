package io.flotilla.itests.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.VoterNotFoundException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who votes on the metadata of a cluster of four real brokers, of which three begin with a vote. */
final class MetadataVotersTest {
    private static ProcessCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(
                4, 3, TestDirectory.empty("voters"), Map.of("leader.imbalance.check.interval.seconds", "1"));
        clients = new Clients(cluster.bootstrap());
    }

    @AfterAll
    static void end() throws Exception {
        try {
            cluster.assertNoLeaksAndNoErrors();
        } finally {
            cluster.close();
        }
    }

    @Test
    void votersChangeAtRunTimeAndAreRememberedOverARestart() throws Exception {
        try (Admin admin = clients.admin()) {
            awaitQuorum(admin, Set.of(1, 2, 3), Set.of(4));
            assertThatThrownBy(() -> add(admin, 3)).hasCauseInstanceOf(DuplicateVoterException.class);
            assertThatThrownBy(() -> remove(admin, 4)).hasCauseInstanceOf(VoterNotFoundException.class);
            add(admin, 4);
            awaitQuorum(admin, Set.of(1, 2, 3, 4), Set.of());
            int leader = quorum(admin).leaderId();
            remove(admin, leader);
            List<Integer> rest =
                    List.of(1, 2, 3, 4).stream().filter(id -> id != leader).toList();
            awaitQuorum(admin, Set.copyOf(rest), Set.of(leader));
            cluster.stop(4);
            cluster.startBroker(4);
            cluster.awaitReady();
            awaitQuorum(admin, Set.copyOf(rest), Set.of(leader));
            add(admin, leader);
            remove(admin, 4);
            awaitQuorum(admin, Set.of(1, 2, 3), Set.of(4));
        }
    }

    @Test
    void kafkaMetadataQuorum() {
        Command tool = KafkaToolsTest.tool("org.apache.kafka.tools.MetadataQuorumCommand")
                .and("--bootstrap-server", clients.bootstrap(), "describe");
        assertThat(tool.and("--status").run().orFail().output())
                .containsPattern("ClusterId:\\s+[A-Za-z0-9_-]{22}")
                .containsPattern("LeaderId:\\s+[1-4]")
                .contains("CurrentVoters:", "CurrentObservers:");
        assertThat(tool.and("--replication").run().orFail().output())
                .contains("Leader")
                .contains("Follower");
    }

    @Test
    void leadershipsGoBackToTheirPreferredReplicas() throws Exception {
        Map<Integer, List<Integer>> assignment = new HashMap<>();
        for (int partition = 0; partition < 12; partition++) {
            assignment.put(partition, List.of(1 + partition % 3, 1 + (partition + 1) % 3, 1 + (partition + 2) % 3));
        }
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic("balanced", assignment)))
                    .all()
                    .get();
            cluster.stop(2);
            cluster.startBroker(2);
            cluster.awaitReady();
            Await.untilAsserted(() -> assertThat(admin.describeTopics(List.of("balanced"))
                            .allTopicNames()
                            .get()
                            .get("balanced")
                            .partitions())
                    .allMatch(partition -> partition.leader().id()
                            == partition.replicas().get(0).id()));
        }
    }

    @Test
    void aBrokerWhoseDiskIsWipedComesBackByItself() throws Exception {
        TopicPartition partition = new TopicPartition("wiped", 0);
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic("wiped", Map.of(0, List.of(1, 2, 3)))))
                    .all()
                    .get();
            clients.produce(partition, Clients.numbered("value", 100));
            cluster.kill(3);
            clients.produce(partition, Clients.numbered("more", 100));
            cluster.wipe(3);
            cluster.startBroker(3);
            cluster.awaitReady();
            awaitQuorum(admin, Set.of(1, 2, 3), Set.of(4));
            // A group that takes broker 3 in anew ends with these members; from then on one of the others is not
            // needed.
            Await.untilAsserted(() -> assertThat(reports("wiped-0: members become [1, 2, 3] with"))
                    .isNotEmpty());
            cluster.stop(2);
            clients.produce(partition, "without broker 2");
            assertThat(clients.consume("wiped", 201)).hasSize(201);
        } finally {
            cluster.startBroker(2);
            cluster.awaitReady();
        }
    }

    private static List<String> reports(String part) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int id = 1; id <= cluster.brokers(); id++) {
            lines.addAll(cluster.logLines(id, part));
        }
        return lines;
    }

    private static void add(Admin admin, int broker) throws Exception {
        RaftVoterEndpoint endpoint = new RaftVoterEndpoint("PLAINTEXT", "127.0.0.1", cluster.port(broker));
        admin.addRaftVoter(broker, Uuid.ZERO_UUID, Set.of(endpoint)).all().get();
    }

    private static void remove(Admin admin, int broker) throws Exception {
        admin.removeRaftVoter(broker, Uuid.ZERO_UUID).all().get();
    }

    private static QuorumInfo quorum(Admin admin) throws Exception {
        return admin.describeMetadataQuorum().quorumInfo().get();
    }

    private static void awaitQuorum(Admin admin, Set<Integer> voters, Set<Integer> observers) {
        Await.untilAsserted(() -> {
            QuorumInfo quorum = quorum(admin);
            assertThat(quorum.voters()).extracting(ReplicaState::replicaId).containsExactlyInAnyOrderElementsOf(voters);
            assertThat(quorum.observers())
                    .extracting(ReplicaState::replicaId)
                    .containsExactlyInAnyOrderElementsOf(observers);
        });
    }
}
