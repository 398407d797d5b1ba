package io.flotilla.broker.partition;

import io.flotilla.broker.metrics.Counter;
import io.flotilla.broker.net.Peers;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import io.flotilla.wire.message.ReadCommittedRequest;
import io.flotilla.wire.message.ReadCommittedResponse;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What other brokers hold of a partition, to repair and compare this broker's replica with. Any thread; futures complete on
 * any thread, and fail when the broker asked does not have it.
 */
public final class PeerCopies {
    private static final int READ_BYTES = 1 << 20;
    private static final long READ_TIMEOUT_MS = 10_000;
    private static final long CHECKSUM_TIMEOUT_MS = 60_000;
    private static final long POSITION_TIMEOUT_MS = 5_000;

    private final int nodeId;
    private final Peers peers;
    private final Supplier<? extends Collection<Integer>> brokers;
    private final Counter damageFound;
    private final Counter damageRepaired;

    /**
     * @param brokers node ids of all brokers known, this one perhaps among them
     * @param damageFound counts places found damaged
     * @param damageRepaired counts places repaired
     */
    public PeerCopies(
            int nodeId,
            Peers peers,
            Supplier<? extends Collection<Integer>> brokers,
            Counter damageFound,
            Counter damageRepaired) {
        this.nodeId = nodeId;
        this.peers = peers;
        this.brokers = brokers;
        this.damageFound = damageFound;
        this.damageRepaired = damageRepaired;
    }

    /** The other brokers. */
    List<Integer> others() {
        return brokers.get().stream()
                .filter(broker -> broker != nodeId)
                .sorted()
                .toList();
    }

    /** Committed entries from an index on: at least one whole batch. The receiver releases them. */
    CompletableFuture<ByteBuf> read(int broker, PartitionId partition, long firstIndex) {
        ReadCommittedRequest request = ReadCommittedRequest.builder()
                .topicId(partition.topicId())
                .partition(partition.partition())
                .firstIndex(firstIndex)
                .maxBytes(READ_BYTES)
                .build();
        return peers.<ReadCommittedResponse>call(broker, ApiKey.READ_COMMITTED, (short) 0, request, READ_TIMEOUT_MS)
                .thenApply(response -> {
                    ErrorCode error = ErrorCode.of(response.errorCode());
                    if (error != ErrorCode.NONE || response.records() == null) {
                        throw new IllegalStateException("broker " + broker + " answers " + error);
                    }
                    return response.records().retain();
                });
    }

    /** The checksum of a range, as another broker reads it. */
    public CompletableFuture<RangeChecksumResponse> checksum(int broker, RangeChecksumRequest range) {
        return peers.call(broker, ApiKey.RANGE_CHECKSUM, (short) 0, range, CHECKSUM_TIMEOUT_MS);
    }

    /** Whether another broker's node id is lower than this one's. */
    boolean isBefore(int broker) {
        return broker < nodeId;
    }

    /** Whether a node id is another broker's. */
    boolean isOther(int broker) {
        return broker != nodeId;
    }

    /** How far another broker has the log of a partition, and how far compaction has been there. */
    private CompletableFuture<RangeChecksumResponse> position(int broker, PartitionId partition) {
        RangeChecksumRequest nothing = RangeChecksumRequest.builder()
                .topicId(partition.topicId())
                .partition(partition.partition())
                .build();
        return peers.<RangeChecksumResponse>call(broker, ApiKey.RANGE_CHECKSUM, (short) 0, nothing, POSITION_TIMEOUT_MS)
                .thenApply(response -> {
                    if (response.errorCode() != ErrorCode.NONE.code()) {
                        throw new IllegalStateException(
                                "broker " + broker + " answers " + ErrorCode.of(response.errorCode()));
                    }
                    return response;
                });
    }

    /** What {@link #position} tells of several brokers, by node id; fails when one of them does not answer. */
    CompletableFuture<Map<Integer, RangeChecksumResponse>> positions(List<Integer> asked, PartitionId partition) {
        Map<Integer, CompletableFuture<RangeChecksumResponse>> answers = new TreeMap<>();
        asked.forEach(broker -> answers.put(broker, position(broker, partition)));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Map<Integer, RangeChecksumResponse> positions = new TreeMap<>();
                    answers.forEach((broker, answer) -> positions.put(broker, answer.join()));
                    return positions;
                });
    }

    void damageFound() {
        damageFound.increment();
    }

    void damageRepaired() {
        damageRepaired.increment();
    }
}
