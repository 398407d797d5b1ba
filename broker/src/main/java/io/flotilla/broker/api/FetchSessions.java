package io.flotilla.broker.api;

import io.flotilla.broker.env.Clock;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The incremental fetch sessions of this broker (KIP-227), of which there are only so many: a new one takes the place of the
 * one that was used longest ago, if that is long enough. Thread-safe.
 */
public final class FetchSessions {
    static final int NO_SESSION = 0;
    private static final int INITIAL_EPOCH = 0;
    private static final int FINAL_EPOCH = -1;
    private static final long SAFE_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** What a request is to be answered from. */
    sealed interface Opened {
        /**
         * The partitions to fetch.
         *
         * @param session holds them
         * @param incremental leave out of the response what is no news
         * @param responseId session id for the response: {@link #NO_SESSION} when the session is for this request only
         */
        record Session(FetchSession session, boolean incremental, int responseId) implements Opened {}

        /** The request does not fit; the client starts anew. */
        record Refused(ErrorCode error) implements Opened {}
    }

    private final int slots;
    private final Clock clock;
    private final Map<Integer, FetchSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger(1);

    /** @param slots {@code max.incremental.fetch.session.cache.slots} */
    public FetchSessions(int slots, Clock clock) {
        this.slots = slots;
        this.clock = clock;
    }

    /**
     * Finds or makes the session of a request and takes over what the request changes. {@link #close} it afterwards.
     *
     * @param byId whether the request names topics by their ids
     */
    Opened open(FetchRequest request, boolean byId) {
        if (request.sessionEpoch() == FINAL_EPOCH || request.sessionEpoch() == INITIAL_EPOCH) {
            sessions.remove(request.sessionId());
            boolean keep = request.sessionEpoch() == INITIAL_EPOCH && makeRoom();
            FetchSession session = new FetchSession(keep ? newId() : NO_SESSION, byId);
            session.enter(clock.nanoTime());
            session.update(request);
            if (keep) {
                sessions.put(session.id(), session);
            }
            return new Opened.Session(session, false, session.id());
        }
        FetchSession session = sessions.get(request.sessionId());
        if (session == null) {
            return new Opened.Refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.byId() != byId) {
            return new Opened.Refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        if (!session.enter(clock.nanoTime())) {
            return new Opened.Refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        }
        if (!session.advance(request.sessionEpoch())) {
            session.leave();
            return new Opened.Refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        }
        session.update(request);
        return new Opened.Session(session, true, session.id());
    }

    /** The request is answered; the session can take the next one. */
    void close(FetchSession session) {
        session.leave();
    }

    /** Number of sessions held. */
    int size() {
        return sessions.size();
    }

    private int newId() {
        int id;
        do {
            id = nextId.getAndUpdate(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
        } while (sessions.containsKey(id));
        return id;
    }

    private boolean makeRoom() {
        if (sessions.size() < slots) {
            return true;
        }
        FetchSession oldest = sessions.values().stream()
                .min(Comparator.comparingLong(FetchSession::lastUsedNanos))
                .orElse(null);
        return oldest != null
                && clock.nanoTime() - oldest.lastUsedNanos() > SAFE_NANOS
                && sessions.remove(oldest.id(), oldest);
    }
}
