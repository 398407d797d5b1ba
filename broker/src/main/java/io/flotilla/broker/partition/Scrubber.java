package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.metrics.Counter;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what lies on disks before a user does. Of each partition led here, range by range, all replicas compute the checksum
 * of the committed entries: whoever reads damage repairs it, and replicas that differ although each is sound in itself are
 * reported, for no disk does that. One range is under way at a time, and pauses keep the rate. On one loop.
 */
public final class Scrubber {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final int RANGE_BYTES = 4 << 20;
    private static final long MOST_FIRST_DELAY_MS = 600_000;
    private static final long MS_PER_SECOND = 1_000;
    /** After which what could not be read is read again. */
    private static final long RETRY_MS = 2_000;

    private final EventLoop loop;
    private final Executor blocking;
    private final Replicas replicas;
    private final PeerCopies peers;
    private final long intervalMs;
    private final long bytesPerSecond;
    private final Counter scrubbedBytes;
    private final Counter differences;
    private final Deque<Replica> left = new ArrayDeque<>();

    /**
     * @param blocking where checksums are computed
     * @param intervalMs time between two passes; 0 for none
     * @param scrubbedBytes counts what was read of the replicas here
     * @param differences counts ranges that differ between sound replicas
     */
    public Scrubber(
            EventLoop loop,
            Executor blocking,
            Replicas replicas,
            PeerCopies peers,
            long intervalMs,
            long bytesPerSecond,
            Counter scrubbedBytes,
            Counter differences) {
        this.loop = loop;
        this.blocking = blocking;
        this.replicas = replicas;
        this.peers = peers;
        this.intervalMs = intervalMs;
        this.bytesPerSecond = bytesPerSecond;
        this.scrubbedBytes = scrubbedBytes;
        this.differences = differences;
    }

    /** Begins, after a while. */
    public void start() {
        if (intervalMs > 0) {
            loop.schedule(this::pass, Math.min(intervalMs, MOST_FIRST_DELAY_MS));
        }
    }

    private void pass() {
        left.addAll(replicas.all());
        next();
    }

    private void next() {
        Replica replica = left.poll();
        while (replica != null && !replica.isLeading()) {
            replica = left.poll();
        }
        if (replica == null) {
            loop.schedule(this::pass, intervalMs);
        } else {
            scrub(replica, 0);
        }
    }

    private void scrub(Replica replica, long firstIndex) {
        RangeChecksumRequest range = request(replica, firstIndex, -1);
        List<Integer> members = new ArrayList<>();
        CompletableFuture.supplyAsync(
                        () -> {
                            replica.group().core().configuration().members().forEach(members::add);
                            return RangeChecksums.of(replica, range, blocking);
                        },
                        replica.loop())
                .thenCompose(computed -> computed)
                .whenCompleteAsync((here, failure) -> compare(replica, members, here, failure), loop);
    }

    private static RangeChecksumRequest request(Replica replica, long firstIndex, long lastIndex) {
        return RangeChecksumRequest.builder()
                .topicId(replica.id().topicId())
                .partition(replica.id().partition())
                .firstIndex(firstIndex)
                .lastIndex(lastIndex)
                .maxBytes(RANGE_BYTES)
                .build();
    }

    private void compare(Replica replica, List<Integer> members, RangeChecksumResponse here, Throwable failure) {
        if (failure == null && here.errorCode() == ErrorCode.REPLICA_NOT_AVAILABLE.code()) {
            loop.schedule(() -> goOn(replica, here.firstIndex()), RETRY_MS);
            return;
        }
        boolean damaged = failure != null || here.errorCode() != ErrorCode.NONE.code();
        if (damaged || here.lastIndex() < here.firstIndex()) {
            // Damage makes another replica lead, and its broker goes on.
            next();
            return;
        }
        scrubbedBytes.add(here.bytes());
        Map<Integer, CompletableFuture<RangeChecksumResponse>> answers = new TreeMap<>();
        for (int member : members) {
            if (peers.others().contains(member)) {
                answers.put(member, peers.checksum(member, request(replica, here.firstIndex(), here.lastIndex())));
            }
        }
        CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .whenCompleteAsync(
                        (all, unanswered) -> {
                            answers.forEach((member, answer) -> judge(replica, here, member, answer));
                            long pauseMs = here.bytes() * MS_PER_SECOND / bytesPerSecond;
                            loop.schedule(() -> goOn(replica, here.lastIndex() + 1), Math.max(1, pauseMs));
                        },
                        loop);
    }

    private void goOn(Replica replica, long index) {
        if (replica.isLeading()) {
            scrub(replica, index);
        } else {
            next();
        }
    }

    private void judge(
            Replica replica, RangeChecksumResponse here, int member, CompletableFuture<RangeChecksumResponse> answer) {
        RangeChecksumResponse there = answer.isCompletedExceptionally() ? null : answer.join();
        if (there == null || there.errorCode() == ErrorCode.NOT_LEADER_OR_FOLLOWER.code()) {
            return;
        }
        if (there.errorCode() == ErrorCode.KAFKA_STORAGE_ERROR.code()) {
            LOG.warn("{}: broker {} has found damage: {}", replica.name(), member, there.errorMessage());
        } else if (there.errorCode() == ErrorCode.NONE.code()
                // Where compaction has been, on either, the same records may stand in other bytes.
                && here.firstIndex() > Math.max(here.alteredIndex(), there.alteredIndex())
                && (there.checksum() != here.checksum() || there.bytes() != here.bytes())) {
            differences.increment();
            LOG.error(
                    "{}: offsets {} to {} are not the same here and on broker {}, though all checksums of batches are right:"
                            + " please report this. To see which replicas agree: flotilla partition verify {}",
                    replica.name(),
                    here.firstOffset(),
                    here.endOffset() - 1,
                    member,
                    replica.name());
        }
    }
}
