package io.flotilla.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final IntPredicate ALL_ALIVE = id -> true;

    @Test
    void leadersOfOneTopicAreEvenWhateverTheRacks() {
        forRandomClusters((random, brokers) -> {
            int factor = 1 + random.nextInt(brokers.size());
            List<List<Integer>> placed = fresh(brokers).place(List.of(), 1 + random.nextInt(60), factor);
            assertThat(spread(brokers, leadersOf(placed))).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void everyPartitionHasDistinctReplicas() {
        forRandomClusters((random, brokers) -> {
            int factor = 1 + random.nextInt(brokers.size());
            for (List<Integer> replicas : fresh(brokers).place(List.of(), 30, factor)) {
                assertThat(replicas).hasSize(factor).doesNotHaveDuplicates();
            }
        });
    }

    @Test
    void replicasOfOneTopicAreEvenWithoutRacks() {
        for (int count = 1; count <= 12; count++) {
            List<BrokerInfo> brokers = brokers(count, count);
            for (int factor = 1; factor <= count; factor++) {
                for (int partitions = 1; partitions <= 3 * count; partitions++) {
                    List<List<Integer>> placed = fresh(sameRack(brokers)).place(List.of(), partitions, factor);
                    assertThat(spread(brokers, placed))
                            .as("%d brokers, factor %d, %d partitions", count, factor, partitions)
                            .isLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void aPartitionReachesAsManyRacksAsThereAre() {
        forRandomClusters((random, brokers) -> {
            int factor = 1 + random.nextInt(brokers.size());
            Map<Integer, String> rackOf = new TreeMap<>();
            brokers.forEach(broker -> rackOf.put(broker.id(), broker.rack()));
            int racks = new HashSet<>(rackOf.values()).size();
            for (List<Integer> replicas : fresh(brokers).place(List.of(), 30, factor)) {
                Set<String> reached =
                        new HashSet<>(replicas.stream().map(rackOf::get).toList());
                assertThat(reached).hasSize(Math.min(racks, factor));
            }
        });
    }

    @Test
    void replicasAreEvenOverBrokersOfEqualRacks() {
        for (int racks = 2; racks <= 4; racks++) {
            for (int perRack = 1; perRack <= 4; perRack++) {
                List<BrokerInfo> brokers = brokers(racks * perRack, racks);
                for (int factor = 1; factor <= racks; factor++) {
                    for (int partitions = 1; partitions <= 3 * brokers.size(); partitions++) {
                        List<List<Integer>> placed = fresh(brokers).place(List.of(), partitions, factor);
                        assertThat(spread(brokers, placed))
                                .as("%d racks of %d, factor %d, %d partitions", racks, perRack, factor, partitions)
                                .isLessThanOrEqualTo(2);
                    }
                }
            }
        }
    }

    @Test
    void manySmallTopicsAreEvenTogether() {
        List<BrokerInfo> brokers = brokers(5, 5);
        Placement placement = fresh(brokers);
        List<List<Integer>> placed = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            placed.addAll(placement.place(List.of(), 1, 3));
        }
        assertThat(spread(brokers, leadersOf(placed))).isLessThanOrEqualTo(1);
        assertThat(spread(brokers, placed)).isLessThanOrEqualTo(1);
    }

    @Test
    void topicsMadeByOneCommandAfterAnotherAreEvenTogether() {
        List<BrokerInfo> brokers = brokers(3, 1);
        ReplicaCounts counts = new ReplicaCounts();
        List<List<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            List<List<Integer>> placed = new Placement(brokers, ALL_ALIVE, counts).place(List.of(), 1, 2);
            counts.add(placed);
            all.addAll(placed);
        }
        assertThat(spread(brokers, leadersOf(all))).isZero();
        assertThat(spread(brokers, all)).isZero();
    }

    @Test
    void whatOneBrokerLeadIsSpreadOverAllOthersWhenItFails() {
        List<BrokerInfo> brokers = brokers(5, 1);
        List<List<Integer>> placed = fresh(brokers).place(List.of(), 100, 3);
        for (BrokerInfo failed : brokers) {
            List<List<Integer>> successors = placed.stream()
                    .filter(replicas -> replicas.get(0) == failed.id())
                    .map(replicas -> replicas.subList(1, 3))
                    .toList();
            List<BrokerInfo> others =
                    brokers.stream().filter(other -> other != failed).toList();
            assertThat(spread(others, successors)).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void newPartitionsEvenOutTheTopicsOldOnes() {
        List<BrokerInfo> brokers = brokers(4, 1);
        List<List<Integer>> lopsided = List.of(List.of(0, 1), List.of(0, 1), List.of(0, 1));
        List<List<Integer>> all = new ArrayList<>(lopsided);
        all.addAll(fresh(brokers).place(lopsided, 9, 2));
        assertThat(spread(brokers, leadersOf(all))).isZero();
        assertThat(spread(brokers, all)).isZero();
    }

    @Test
    void deadBrokersAreUsedOnlyWhenNeededAndNeverLead() {
        List<BrokerInfo> brokers = brokers(5, 1);
        Placement twoDead = new Placement(brokers, id -> id > 1, new ReplicaCounts());
        assertThat(twoDead.place(List.of(), 20, 3))
                .allSatisfy(replicas -> assertThat(replicas).containsExactlyInAnyOrder(2, 3, 4));
        assertThat(twoDead.place(List.of(), 20, 4)).allSatisfy(replicas -> {
            assertThat(replicas.subList(0, 3)).containsExactlyInAnyOrder(2, 3, 4);
            assertThat(replicas.get(3)).isIn(0, 1);
        });
    }

    @Test
    void theSameInputGivesTheSamePlacement() {
        List<BrokerInfo> brokers = brokers(7, 3);
        assertThat(fresh(brokers).place(List.of(), 50, 3))
                .isEqualTo(fresh(brokers).place(List.of(), 50, 3));
    }

    private interface Check {
        void of(SplittableRandom random, List<BrokerInfo> brokers);
    }

    private static void forRandomClusters(Check check) {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int count = 1 + random.nextInt(12);
            int racks = 1 + random.nextInt(count);
            List<BrokerInfo> brokers = new ArrayList<>();
            for (int id = 0; id < count; id++) {
                brokers.add(new BrokerInfo(id * 3, "host", 9092, "rack-" + random.nextInt(racks)));
            }
            check.of(random, brokers);
        }
    }

    private static List<BrokerInfo> brokers(int count, int racks) {
        return IntStream.range(0, count)
                .mapToObj(id -> new BrokerInfo(id, "host", 9092, "rack-" + id % racks))
                .toList();
    }

    private static List<BrokerInfo> sameRack(List<BrokerInfo> brokers) {
        return brokers.stream()
                .map(broker -> new BrokerInfo(broker.id(), broker.host(), broker.port(), null))
                .toList();
    }

    private static Placement fresh(List<BrokerInfo> brokers) {
        return new Placement(brokers, ALL_ALIVE, new ReplicaCounts());
    }

    private static List<List<Integer>> leadersOf(List<List<Integer>> placed) {
        return placed.stream().map(replicas -> replicas.subList(0, 1)).toList();
    }

    /** How many more the broker with the most has than the one with the fewest. */
    private static int spread(List<BrokerInfo> brokers, List<List<Integer>> replicas) {
        Map<Integer, Integer> counts = new TreeMap<>();
        brokers.forEach(broker -> counts.put(broker.id(), 0));
        replicas.forEach(partition -> partition.forEach(id -> counts.merge(id, 1, Integer::sum)));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        int fewest = counts.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return most - fewest;
    }
}
