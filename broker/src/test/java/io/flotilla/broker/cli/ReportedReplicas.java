package io.flotilla.broker.cli;

import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.cli.client.ReplicaReports.Report;
import io.flotilla.raft.core.ReplicationState;
import io.flotilla.raft.core.Role;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.DescribeReplicasResponse.Follower;
import io.flotilla.wire.message.DescribeReplicasResponse.Peer;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the brokers of a cluster report of partition {@code orders-0}, as a test wants it. */
final class ReportedReplicas {
    static final String TOPIC = "orders";

    private final SortedMap<Integer, Replica> replicas = new TreeMap<>();
    private final SortedMap<Integer, String> unreachable = new TreeMap<>();
    private final List<List<Integer>> deaf = new ArrayList<>();

    /** A replica on brokers 1, 2 and 3 that has everything up to an index. */
    static Replica.Builder open(int term, int leader, long index) {
        return unopened(DescribeReplicasHandler.OPEN)
                .role((byte) Role.FOLLOWER.ordinal())
                .term(term)
                .leaderId(leader)
                .firstIndex(1)
                .commitIndex(index)
                .syncedIndex(index)
                .lastIndex(index)
                .lastTerm(term)
                .logStartOffset(0)
                .highWatermark(index - 1)
                .lastStableOffset(index - 1)
                .logEndOffset(index - 1)
                .voters(List.of(1, 2, 3));
    }

    /** A replica that does not take part. */
    static Replica.Builder unopened(byte state) {
        return Replica.builder().topic(TOPIC).partition(0).state(state).assigned(List.of(1, 2, 3));
    }

    static Replica.Builder leading(int id, int term, long index, Follower... followers) {
        return open(term, id, index)
                .role((byte) Role.LEADER.ordinal())
                .leading(true)
                .followers(List.of(followers));
    }

    static Follower follower(int id, ReplicationState state, long match) {
        return new Follower(id, true, (byte) state.ordinal(), match, match + 1, 0);
    }

    static Follower unreachableFollower(int id, long match) {
        return new Follower(id, false, (byte) ReplicationState.PROBE.ordinal(), match, match + 1, 0);
    }

    ReportedReplicas with(int broker, Replica.Builder replica) {
        replicas.put(broker, replica.build());
        return this;
    }

    ReportedReplicas unreachable(int broker) {
        unreachable.put(broker, "cannot connect to 127.0.0.1:909%d: Connection refused".formatted(broker));
        return this;
    }

    /** Two brokers that do not hear each other. */
    ReportedReplicas cut(int one, int other) {
        deaf.add(List.of(one, other));
        deaf.add(List.of(other, one));
        return this;
    }

    SortedMap<Integer, Report> reports() {
        SortedMap<Integer, Report> reports = new TreeMap<>();
        unreachable.forEach((id, why) -> reports.put(id, new Report.Unreachable(why)));
        replicas.forEach((id, replica) -> reports.put(
                id,
                new Report.Answered(DescribeReplicasResponse.builder()
                        .brokerId(id)
                        .metadataOffset(40)
                        .peers(peers(id))
                        .replicas(List.of(replica))
                        .build())));
        return reports;
    }

    private List<Peer> peers(int of) {
        SortedMap<Integer, Peer> peers = new TreeMap<>();
        replicas.keySet().forEach(id -> {
            boolean cut = deaf.contains(List.of(of, id));
            peers.put(id, new Peer(id, !cut, cut ? 7_000 : 100));
        });
        unreachable.keySet().forEach(id -> peers.put(id, new Peer(id, false, 12_300)));
        peers.remove(of);
        return List.copyOf(peers.values());
    }
}
