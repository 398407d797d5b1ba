package io.flotilla.raft.core;

/** What the leader knows of one follower's log, and how it sends to it. */
final class Progress {
    final int node;

    /** Requests sent and not yet acknowledged as durable. Kept over a probe: its answer says which of them arrived. */
    final Window window;

    private ReplicationState state = ReplicationState.PROBE;
    private boolean up;
    private long matchIndex;
    private long nextIndex;

    /** The {@link Replicate} or {@link SendSnapshot} that the host is working on, or null. */
    private Object intent;

    private int idleTicks;
    private boolean voter;
    private boolean forgetful;
    private boolean wasCaughtUp;

    Progress(int node, boolean voter, long nextIndex, boolean up, RaftOptions options) {
        this.node = node;
        this.voter = voter;
        this.nextIndex = nextIndex;
        this.up = up;
        this.window = new Window(options.maxInflightAppends(), options.maxInflightBytes());
    }

    ReplicationState state() {
        return state;
    }

    boolean isUp() {
        return up;
    }

    void setUp(boolean isUp) {
        up = isUp;
    }

    long matchIndex() {
        return matchIndex;
    }

    long nextIndex() {
        return nextIndex;
    }

    boolean isVoter() {
        return voter;
    }

    void setVoter(boolean isVoter) {
        voter = isVoter;
    }

    boolean isForgetful() {
        return forgetful;
    }

    /**
     * The follower lost its memory, or got it back: nothing it said before counts for what it says now. Returns whether that
     * is news.
     */
    boolean setForgetful(boolean isForgetful) {
        if (forgetful == isForgetful) {
            return false;
        }
        forgetful = isForgetful;
        matchIndex = 0;
        return true;
    }

    /** True if the follower could lead soon: all that is committed is with it or on its way. */
    boolean isCaughtUp(long commitIndex) {
        return up && !forgetful && state == ReplicationState.REPLICATE && nextIndex > commitIndex;
    }

    /** Returns true once whenever a learner has caught up. */
    boolean hasJustCaughtUp(long commitIndex) {
        boolean before = wasCaughtUp;
        wasCaughtUp = !voter && isCaughtUp(commitIndex);
        return wasCaughtUp && !before;
    }

    Object intent() {
        return intent;
    }

    void setIntent(Object newIntent) {
        intent = newIntent;
        idleTicks = 0;
    }

    /** True if entries may be requested from the host: streaming, nothing requested yet, room in the window. */
    boolean canStream() {
        return up && state == ReplicationState.REPLICATE && intent == null && !window.isFull();
    }

    /** True if something was sent, or is to be, whose answer may never come. */
    boolean isWaiting() {
        return up && (state != ReplicationState.REPLICATE || matchIndex + 1 < nextIndex || forgetful);
    }

    int countIdleTick() {
        return ++idleTicks;
    }

    void setIdleTicks(int ticks) {
        idleTicks = ticks;
    }

    /**
     * Something may have been lost: asks again where the logs agree. Streaming starts over from what is known to match; a
     * question without an answer is repeated, since an earlier position could only mean to send more than is needed.
     */
    void probeAgain() {
        probeFrom(state == ReplicationState.REPLICATE ? matchIndex + 1 : nextIndex);
    }

    private void probeFrom(long index) {
        state = ReplicationState.PROBE;
        nextIndex = index;
        setIntent(null);
    }

    void awaitSnapshot(SendSnapshot request) {
        state = ReplicationState.SNAPSHOT;
        window.clear();
        setIntent(request);
    }

    /** The host sent entries up to {@code lastIndex}: assume they arrive (pipelining, thesis 10.2.2). */
    void sent(long lastIndex, int bytes) {
        nextIndex = Math.max(nextIndex, lastIndex + 1);
        if (lastIndex > matchIndex) {
            window.add(lastIndex, bytes);
        }
        setIntent(null);
    }

    /** The follower agrees up to {@code verifiedIndex} and holds {@code durableIndex} of it durably. */
    void accepted(long verifiedIndex, long durableIndex) {
        if (durableIndex > matchIndex) {
            matchIndex = durableIndex;
            idleTicks = 0;
        }
        window.freeTo(matchIndex);
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        if (state != ReplicationState.REPLICATE) {
            state = ReplicationState.REPLICATE;
            nextIndex = Math.max(matchIndex, verifiedIndex) + 1;
            window.dropAfter(nextIndex - 1);
            setIntent(null);
        }
    }

    /**
     * The follower does not agree at {@code rejectedIndex}. Normally that is beyond what matched; if it is not, the follower
     * has lost what it once acknowledged, and must not be counted for it.
     *
     * @param retryIndex the next position to try
     * @return whether this answers the question that is open; an older answer changes nothing
     */
    boolean rejected(long rejectedIndex, long retryIndex) {
        boolean isOpen = state == ReplicationState.PROBE
                ? rejectedIndex == nextIndex - 1
                : state == ReplicationState.REPLICATE && rejectedIndex > matchIndex && rejectedIndex < nextIndex;
        if (!isOpen) {
            return false;
        }
        window.clear();
        if (rejectedIndex <= matchIndex) {
            matchIndex = Math.max(0, retryIndex);
        }
        probeFrom(Math.max(matchIndex, retryIndex) + 1);
        return true;
    }

    PeerStatus status(long lastIndex) {
        long lag = Math.max(0, lastIndex - matchIndex);
        return new PeerStatus(
                node, up, voter, forgetful, state, matchIndex, lag, nextIndex, window.count(), window.bytes());
    }
}
