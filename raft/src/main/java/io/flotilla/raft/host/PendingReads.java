package io.flotilla.raft.host;

import io.flotilla.raft.core.ReadResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who waits for {@link RaftGroup#readIndex}, by the id that the core knows the read by. */
final class PendingReads {
    private final Map<Long, ReadIndexCallback> callbacks = new LinkedHashMap<>();
    private long lastId;

    /** Returns the id of a new read. */
    long add(ReadIndexCallback callback) {
        callbacks.put(++lastId, callback);
        return lastId;
    }

    void end(List<ReadResult> results) {
        for (ReadResult result : results) {
            ReadIndexCallback callback = callbacks.remove(result.readId());
            if (callback == null) {
                continue; // The group was closed by one of those before.
            }
            if (result.isConfirmed()) {
                callback.confirmed(result.index());
            } else {
                callback.failed();
            }
        }
    }

    void failAll() {
        List<ReadIndexCallback> waiting = List.copyOf(callbacks.values());
        callbacks.clear();
        waiting.forEach(ReadIndexCallback::failed);
    }
}
