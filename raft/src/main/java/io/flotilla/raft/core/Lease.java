package io.flotilla.raft.core;

/**
 * Reads without a round (thesis 6.4.1), if {@link RaftOptions#leaseNanos} asks for it. Whoever confirms a leader's round
 * promises to elect nobody else for the length of the lease, by its own clock; the leader relies on it for a tenth less, by its
 * own clock, from when the round began. That is safe while no clock runs more than a tenth slower than another
 * ({@link #DRIFT_PERCENT}); nothing is assumed about what time it is.
 *
 * <p>A transfer asks voters to break the promise, and other members may have to give it: either ends the lease.
 */
final class Lease {
    /** How much slower than another's clock the leader's may run, in percent. */
    static final int DRIFT_PERCENT = 10;

    private final Replica replica;
    private final long leaseNanos;
    private boolean held;
    private boolean forfeited;
    private long endNanos;
    private boolean promised;
    private long promisedUntilNanos;

    Lease(Replica replica) {
        this.replica = replica;
        this.leaseNanos = replica.options.leaseNanos();
    }

    // ---- the leader's side

    /** Begins to lead. */
    void start() {
        held = false;
        forfeited = false;
    }

    /** True while a quorum is bound by its promise. */
    boolean isHeld() {
        return held && endNanos - replica.nowNanos() > 0;
    }

    /** The promise to ask for with a round, in nanoseconds. */
    long nanosToAsk() {
        return forfeited ? 0 : leaseNanos;
    }

    /** A round that began then was confirmed by a quorum. */
    void confirmed(long startNanos) {
        if (leaseNanos > 0 && !forfeited) {
            held = true;
            endNanos = replica.rules.leaseStart(startNanos, replica.nowNanos())
                    + replica.rules.usableLease(leaseNanos, leaseNanos / 100 * (100 - DRIFT_PERCENT));
        }
    }

    /** The members changed: those who promised may not be those who elect. */
    void drop() {
        held = false;
    }

    /** A transfer began. Its target may campaign at any time from now on, also once the transfer was given up. */
    void forfeit() {
        held = false;
        forfeited = replica.rules.forfeitsLease();
    }

    // ---- the voter's side

    /** A restart: what was promised before is forgotten, so it is promised again. */
    void promiseAgain() {
        promise(leaseNanos);
    }

    /** This replica elects nobody else for so long. */
    void promise(long nanos) {
        long until = replica.nowNanos() + nanos;
        if (nanos > 0 && (!promised || until - promisedUntilNanos > 0)) {
            promised = true;
            promisedUntilNanos = until;
        }
    }

    /** True if this replica must not take part in the election of another leader yet. */
    boolean isPromised() {
        promised = promised && promisedUntilNanos - replica.nowNanos() > 0;
        return promised && replica.rules.keepsPromise();
    }
}
