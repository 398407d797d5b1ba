package io.flotilla.broker.api;

import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a client wants to fetch, remembered between its requests so that each need only say what changed (KIP-227). Used by
 * one request at a time, which {@link #enter} and {@link #leave} see to.
 */
final class FetchSession {
    /** A partition as the client names it: by topic id, or by name before version 13. */
    record Key(String topic, UUID topicId, int partition) {
        boolean isOfTopic(Key other) {
            return topicId.equals(other.topicId) && topic.equals(other.topic);
        }
    }

    /** A partition's place in a fetch: what the client asked for, and what it was last told. */
    static final class Wanted {
        final Key key;
        FetchRequest.Partition request;
        long toldHighWatermark = -1;
        long toldLogStart = -1;

        Wanted(Key key, FetchRequest.Partition request) {
            this.key = key;
            this.request = request;
        }

        /** Whether an incremental response must mention this partition; remembers what it is told. */
        boolean isNews(FetchResponse.Partition answer) {
            boolean news = answer.errorCode() != 0
                    || answer.highWatermark() != toldHighWatermark
                    || answer.logStartOffset() != toldLogStart
                    || answer.preferredReadReplica() != NearestReplica.LEADER
                    || answer.records() != null && answer.records().isReadable();
            toldHighWatermark = answer.errorCode() == 0 ? answer.highWatermark() : -1;
            toldLogStart = answer.logStartOffset();
            return news;
        }
    }

    private final int id;
    private final boolean byId;
    private final Map<Key, Wanted> wanted = new LinkedHashMap<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private int nextEpoch = 1;
    private volatile long lastUsedNanos;

    FetchSession(int id, boolean byId) {
        this.id = id;
        this.byId = byId;
    }

    int id() {
        return id;
    }

    /** Whether its partitions are named by topic id; a client that changes over begins anew. */
    boolean byId() {
        return byId;
    }

    /** Begins a request on this session; false when another one is under way. */
    boolean enter(long nowNanos) {
        lastUsedNanos = nowNanos;
        return busy.compareAndSet(false, true);
    }

    void leave() {
        busy.set(false);
    }

    long lastUsedNanos() {
        return lastUsedNanos;
    }

    /** Whether this is the epoch of the next request; if so, moves on to the one after. Epochs wrap around to 1. */
    boolean advance(int epoch) {
        if (epoch != nextEpoch) {
            return false;
        }
        nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
        return true;
    }

    /** Takes over what a request adds, changes and forgets. */
    void update(FetchRequest request) {
        for (FetchRequest.ForgottenTopic topic : request.forgottenTopicsData()) {
            topic.partitions().forEach(index -> wanted.remove(new Key(topic.topic(), topic.topicId(), index)));
        }
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Partition partition : topic.partitions()) {
                Key key = new Key(topic.topic(), topic.topicId(), partition.partition());
                Wanted known = wanted.get(key);
                if (known == null) {
                    wanted.put(key, new Wanted(key, partition));
                } else {
                    known.request = partition;
                }
            }
        }
    }

    /** All partitions wanted, the one served longest ago first. */
    List<Wanted> wanted() {
        return List.copyOf(wanted.values());
    }

    /** Moves a partition that was just served to the end, so that the others get their turn. */
    void served(Wanted partition) {
        if (wanted.remove(partition.key, partition)) {
            wanted.put(partition.key, partition);
        }
    }
}
