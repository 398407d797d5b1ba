package io.flotilla.broker.cli.client;

import io.flotilla.broker.config.HostPort;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.DescribeReplicasResponse;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compares what the replicas of a partition have committed, range by range, by the checksums their brokers compute from what
 * is on their disks. Whoever finds damage while reading begins to repair it. For one thread.
 */
public final class ReplicaComparison implements AutoCloseable {
    private static final int RANGE_BYTES = 4 << 20;
    private static final int TIMEOUT_MS = 60_000;

    private final SortedMap<Integer, HostPort> brokers;
    private final Map<Integer, BrokerConnection> connections = new HashMap<>();

    /** @param brokers addresses by node id */
    public ReplicaComparison(SortedMap<Integer, HostPort> brokers) {
        this.brokers = brokers;
    }

    /** What can be the matter with one replica. */
    public enum Kind {
        /** Its broker does not answer, or has no open replica. */
        UNREACHABLE,
        /** Its broker found damage while reading; it is being repaired. */
        DAMAGED,
        /** It holds something else than most others; on a tie, than the one compared with. */
        DIFFERENT,
        /** It has not committed so much yet, or no longer holds it. Nothing is wrong with that. */
        NOT_COMPARED
    }

    /**
     * Something the comparison came upon.
     *
     * @param firstOffset of the range, or -1
     * @param endOffset offset after the range, or -1
     */
    public record Finding(int broker, Kind kind, long firstOffset, long endOffset, String message) {}

    /**
     * How a partition's replicas compare.
     *
     * @param replicas node ids of all members
     * @param endOffset everything before was compared
     * @param bytes compared, of each replica
     */
    public record Result(String partition, List<Integer> replicas, long endOffset, long bytes, List<Finding> findings) {
        /** Whether all replicas were compared, as far as they are committed, and are the same. */
        public boolean same() {
            return findings.stream().allMatch(finding -> finding.kind() == Kind.NOT_COMPARED);
        }
    }

    /**
     * Compares one partition's replicas.
     *
     * @param replica what any broker says of it
     * @param members node ids of the replicas; the first that can is the one the others are compared with
     */
    public Result compare(DescribeReplicasResponse.Replica replica, List<Integer> members) {
        List<Finding> findings = new ArrayList<>();
        List<Integer> left = new ArrayList<>(members);
        long next = 0;
        long endOffset = 0;
        long bytes = 0;
        while (!left.isEmpty()) {
            int reference = left.get(0);
            RangeChecksumResponse here = ask(reference, replica, next, -1, findings);
            if (here == null || here.errorCode() != ErrorCode.NONE.code()) {
                noteFailure(reference, here, next, findings);
                left.remove(0);
                continue;
            }
            if (here.lastIndex() < here.firstIndex()) {
                break;
            }
            SortedMap<Integer, RangeChecksumResponse> answers = new TreeMap<>();
            answers.put(reference, here);
            for (int member : List.copyOf(left.subList(1, left.size()))) {
                RangeChecksumResponse there = ask(member, replica, here.firstIndex(), here.lastIndex(), findings);
                if (there == null) {
                    left.remove((Integer) member);
                } else if (there.errorCode() != ErrorCode.NONE.code()) {
                    noteFailure(member, there, here.firstOffset(), findings);
                } else {
                    answers.put(member, there);
                }
            }
            judge(here, comparable(here, answers, findings), findings);
            next = here.lastIndex() + 1;
            endOffset = here.endOffset();
            bytes += here.bytes();
        }
        String name = replica.topic() + "-" + replica.partition();
        return new Result(name, members, endOffset, bytes, findings);
    }

    /** Without those that hold the range in other bytes because of compaction. */
    private static SortedMap<Integer, RangeChecksumResponse> comparable(
            RangeChecksumResponse here, SortedMap<Integer, RangeChecksumResponse> answers, List<Finding> findings) {
        SortedMap<Integer, RangeChecksumResponse> comparable = new TreeMap<>();
        answers.forEach((broker, answer) -> {
            if (here.firstIndex() > Math.max(here.alteredIndex(), answer.alteredIndex()) || answer == here) {
                comparable.put(broker, answer);
            } else {
                String message =
                        "compaction, which each replica does for itself, has been here: read, and not compared";
                note(new Finding(broker, Kind.NOT_COMPARED, here.firstOffset(), -1, message), findings);
            }
        });
        return comparable;
    }

    /** Those that differ from the most frequent content are named. */
    private static void judge(
            RangeChecksumResponse here, SortedMap<Integer, RangeChecksumResponse> answers, List<Finding> findings) {
        Map<Long, Integer> votes = new HashMap<>();
        answers.values().forEach(answer -> votes.merge(answer.checksum() ^ answer.bytes(), 1, Integer::sum));
        int most = Collections.max(votes.values());
        long ofReference = here.checksum() ^ here.bytes();
        long right = votes.get(ofReference) == most
                ? ofReference
                : votes.entrySet().stream()
                        .filter(vote -> vote.getValue() == most)
                        .findFirst()
                        .orElseThrow()
                        .getKey();
        answers.forEach((broker, answer) -> {
            if ((answer.checksum() ^ answer.bytes()) != right) {
                String message = "differs from %d of %d replicas".formatted(most, answers.size());
                findings.add(new Finding(broker, Kind.DIFFERENT, here.firstOffset(), here.endOffset(), message));
            }
        });
    }

    private static void noteFailure(int broker, RangeChecksumResponse answer, long offset, List<Finding> findings) {
        if (answer == null) {
            return;
        }
        ErrorCode error = ErrorCode.of(answer.errorCode());
        Kind kind =
                switch (error) {
                    case KAFKA_STORAGE_ERROR -> Kind.DAMAGED;
                    case OFFSET_OUT_OF_RANGE -> Kind.NOT_COMPARED;
                    default -> Kind.UNREACHABLE;
                };
        String message = answer.errorMessage() == null ? error.name() : answer.errorMessage();
        note(new Finding(broker, kind, offset, -1, message), findings);
    }

    /** That something was not compared is said once of a broker. */
    private static void note(Finding finding, List<Finding> findings) {
        boolean known = findings.stream()
                .anyMatch(other -> other.broker() == finding.broker() && other.kind() == finding.kind());
        if (finding.kind() != Kind.NOT_COMPARED || !known) {
            findings.add(finding);
        }
    }

    /** Null, with a finding, when the broker does not answer. */
    private RangeChecksumResponse ask(
            int broker, DescribeReplicasResponse.Replica replica, long first, long last, List<Finding> findings) {
        RangeChecksumRequest request = RangeChecksumRequest.builder()
                .topicId(replica.topicId())
                .partition(replica.partition())
                .firstIndex(first)
                .lastIndex(last)
                .maxBytes(RANGE_BYTES)
                .build();
        try {
            BrokerConnection connection = connections.get(broker);
            if (connection == null) {
                HostPort address = brokers.get(broker);
                if (address == null) {
                    throw ClientException.network("broker " + broker + " is not known");
                }
                connection = BrokerConnection.open(address, TIMEOUT_MS);
                connections.put(broker, connection);
            }
            return connection.call(request, RangeChecksumResponse.class, TIMEOUT_MS);
        } catch (ClientException e) {
            BrokerConnection broken = connections.remove(broker);
            if (broken != null) {
                broken.close();
            }
            findings.add(new Finding(broker, Kind.UNREACHABLE, -1, -1, e.getMessage()));
            return null;
        }
    }

    @Override
    public void close() {
        connections.values().forEach(BrokerConnection::close);
    }
}
