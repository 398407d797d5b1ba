package io.flotilla.broker.net;

import io.flotilla.broker.env.Clock;
import io.flotilla.broker.env.Connection;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.PeerHelloRequest;
import io.flotilla.wire.message.PeerHelloResponse;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Decides which brokers may link to this one, and knows which have. A node id belongs to the process that greeted with it
 * first, until that is silent for {@link #SILENCE_MS} or its connection ends. Thread-safe.
 */
final class PeerReception {
    /** A broker not heard from for so long is not alive; greetings come three times as often. */
    static final long SILENCE_MS = 3_000;

    private final PeerIdentity identity;
    private final Clock clock;
    private final Greeted greeted;
    private final ConcurrentMap<Integer, Guest> guests = new ConcurrentHashMap<>();
    private volatile boolean closed;

    PeerReception(PeerIdentity identity, Clock clock, Greeted greeted) {
        this.identity = identity;
        this.clock = clock;
        this.greeted = greeted;
    }

    /** Told of every accepted greeting. */
    interface Greeted {
        void greeted(int nodeId, long incarnation);
    }

    /** What comes of a greeting. */
    sealed interface Verdict {}

    record Accepted(Guest guest) implements Verdict {}

    record Rejected(ErrorCode error, String message) implements Verdict {}

    /** Another broker's process, and the connection on which it was last accepted. */
    static final class Guest {
        private final int nodeId;
        private final long incarnation;
        private final Connection connection;
        private volatile long heardNanos;

        Guest(int nodeId, long incarnation, Connection connection, long heardNanos) {
            this.nodeId = nodeId;
            this.incarnation = incarnation;
            this.connection = connection;
            this.heardNanos = heardNanos;
        }

        int nodeId() {
            return nodeId;
        }

        long incarnation() {
            return incarnation;
        }
    }

    Verdict judge(PeerHelloRequest hello, Connection connection) {
        Rejected rejected = refusal(hello);
        if (rejected != null) {
            return rejected;
        }
        long now = clock.nanoTime();
        Guest before = guests.get(hello.nodeId());
        Guest guest = guests.compute(hello.nodeId(), (nodeId, known) -> {
            boolean same = known != null && known.incarnation == hello.incarnation();
            if (same && known.connection == connection || known != null && !same && alive(known, now)) {
                return known;
            }
            return new Guest(nodeId, hello.incarnation(), connection, now);
        });
        if (guest.incarnation != hello.incarnation()) {
            return new Rejected(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                    "another broker with node.id " + hello.nodeId() + " is alive at " + guest.connection.remoteAddress()
                            + "; every broker needs a node.id of its own");
        }
        if (before != null && before.incarnation != guest.incarnation) {
            // A process that is gone without a word; what may still come from it is of no use to anybody.
            before.connection.close();
        }
        greeted.greeted(guest.nodeId, guest.incarnation);
        return new Accepted(guest);
    }

    PeerHelloResponse answer(Verdict verdict) {
        PeerHelloResponse.Builder answer =
                PeerHelloResponse.builder().nodeId(identity.nodeId()).incarnation(identity.incarnation());
        if (verdict instanceof Rejected rejected) {
            answer.errorCode(rejected.error().code()).errorMessage(rejected.message());
        }
        return answer.build();
    }

    void heard(Guest guest) {
        guest.heardNanos = clock.nanoTime();
    }

    void left(Guest guest) {
        guests.remove(guest.nodeId, guest);
    }

    /** Sends everybody away, and lets nobody in any more. */
    void close() {
        closed = true;
        guests.values().forEach(guest -> guest.connection.close());
    }

    boolean isClosed() {
        return closed;
    }

    private Rejected refusal(PeerHelloRequest hello) {
        String clusterId = identity.clusterId().get();
        if (clusterId != null && hello.clusterId() != null && !clusterId.equals(hello.clusterId())) {
            return new Rejected(
                    ErrorCode.INCONSISTENT_CLUSTER_ID,
                    "this is cluster " + clusterId + ", the caller belongs to cluster " + hello.clusterId());
        }
        if (hello.nodeId() == identity.nodeId()) {
            boolean self = hello.incarnation() == identity.incarnation();
            return new Rejected(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                    self
                            ? "the broker called itself: two brokers are configured with its address"
                            : "this broker has node.id " + hello.nodeId() + " too; every broker needs one of its own");
        }
        if (hello.calledId() != identity.nodeId()) {
            return new Rejected(
                    ErrorCode.INVALID_REQUEST,
                    "the broker at this address has node.id " + identity.nodeId() + ", not " + hello.calledId());
        }
        return null;
    }

    private static boolean alive(Guest guest, long now) {
        return now - guest.heardNanos < TimeUnit.MILLISECONDS.toNanos(SILENCE_MS);
    }
}
