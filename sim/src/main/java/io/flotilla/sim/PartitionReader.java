package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import io.flotilla.wire.message.ListOffsetsRequest;
import io.flotilla.wire.message.ListOffsetsResponse;
import io.flotilla.wire.record.BatchCursor;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.Records;
import java.util.ArrayList;
import java.util.List;

/** Reads one partition on and on, as part of a consumer. */
final class PartitionReader {
    private static final long TIMEOUT_MS = 2_500;
    private static final int WAIT_MS = 150;
    private static final long BACKOFF_MS = 80;
    private static final long EARLIEST = -2;
    private static final long LATEST = -1;

    private final SimClient client;
    private final History history;
    private final Directory directory;
    private final Partition partition;
    private final Oracle oracle;
    private final Reads reads;
    private long position;
    private boolean running;
    /** Counts starts: an answer to a fetch of an earlier run is not read. */
    private int run;

    private String trouble = "nothing was answered yet";

    /** Where a reader reads. */
    enum Reads {
        /** From the leader. */
        LEADER,
        /** From any replica. */
        ANYWHERE,
        /** From any replica, of a topic of which no read is older than its request ({@code follower.read=linearizable}). */
        CURRENT_ANYWHERE
    }

    PartitionReader(
            SimClient client, History history, Directory directory, Partition partition, Oracle oracle, Reads reads) {
        this.client = client;
        this.history = history;
        this.directory = directory;
        this.partition = partition;
        this.oracle = oracle;
        this.reads = reads;
    }

    /** Told where a partition begins and ends, or -1 each. */
    interface Ends {
        void are(long start, long end);
    }

    Partition partition() {
        return partition;
    }

    /** The next offset to read. */
    long position() {
        return position;
    }

    boolean isRunning() {
        return running;
    }

    String trouble() {
        return trouble;
    }

    /** Reads from here on. */
    void start(long offset) {
        running = true;
        run++;
        seek(offset);
        fetch(run);
    }

    void stop() {
        if (running) {
            running = false;
            history.add(new Event.Unassigned(client.name(), partition));
        }
    }

    private void seek(long offset) {
        position = offset;
        history.add(new Event.Positioned(client.name(), partition, offset));
    }

    private boolean ready() {
        boolean ready = directory.leader(partition) > 0 && directory.topicId(partition.topic()) != null;
        if (!ready) {
            directory.refresh(List.of(partition.topic()));
        }
        return ready;
    }

    private void fetch(int of) {
        if (!running || of != run) {
            return;
        }
        if (!ready()) {
            client.after(BACKOFF_MS, () -> fetch(of));
            return;
        }
        FetchRequest request = FetchRequest.builder()
                .maxWaitMs(WAIT_MS)
                .minBytes(1)
                .maxBytes(1 << 20)
                .sessionEpoch(-1)
                .topics(List.of(FetchRequest.Topic.builder()
                        .topic(partition.topic())
                        .topicId(directory.topicId(partition.topic()))
                        .partitions(List.of(FetchRequest.Partition.builder()
                                .partition(partition.number())
                                .fetchOffset(position)
                                .partitionMaxBytes(16 << 10)
                                .build()))
                        .build()))
                .build();
        long since = history.mark();
        int broker = reads == Reads.LEADER ? directory.leader(partition) : directory.anyReplica(partition);
        client.call(broker, request, FetchResponse.class, TIMEOUT_MS, response -> {
            if (running && of == run) {
                answered(response, since);
            }
        });
    }

    private void answered(FetchResponse response, long since) {
        int of = run;
        if (response == null || response.errorCode() != ErrorCode.NONE.code()) {
            retry(
                    response == null
                            ? "no answer"
                            : ErrorCode.of(response.errorCode()).toString());
            return;
        }
        FetchResponse.Partition answer =
                response.responses().get(0).partitions().get(0);
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.NONE) {
            if (reads == Reads.CURRENT_ANYWHERE) {
                history.add(new Event.BoundTold(
                        Event.Source.CURRENT, partition, Event.Bound.HIGH_WATERMARK, answer.highWatermark(), since));
            }
            deliver(answer);
            client.after(1, () -> fetch(of));
        } else if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
            history.add(new Event.Denied(client.name(), partition, position, error.toString(), since));
            reset(of);
        } else {
            retry(error.toString());
        }
    }

    private void retry(String why) {
        int of = run;
        trouble = why;
        directory.forget(partition);
        client.after(BACKOFF_MS, () -> fetch(of));
    }

    private void deliver(FetchResponse.Partition answer) {
        List<Event.Read> reads = new ArrayList<>();
        long next = position;
        if (answer.records() != null) {
            BatchCursor cursor = new BatchCursor().wrap(answer.records());
            while (cursor.next() == BatchCursor.Step.BATCH) {
                RecordBatch batch = cursor.batch();
                oracle.fetched(partition, batch);
                if (!batch.isControl()) {
                    Records.list(batch, 1 << 20).stream()
                            .filter(record -> record.offset() >= position)
                            .forEach(record -> reads.add(new Event.Read(record.offset(), KeyedRecords.id(record))));
                }
                next = Math.max(next, batch.nextOffset());
            }
        }
        if (!reads.isEmpty()) {
            history.add(new Event.Polled(client.name(), partition, reads, next, answer.highWatermark()));
        }
        position = next;
    }

    private void reset(int of) {
        askForEnds((start, end) -> {
            if (running && of == run) {
                if (start >= 0) {
                    seek(start);
                }
                client.after(BACKOFF_MS, () -> fetch(of));
            }
        });
    }

    /** Asks the leader where the partition begins and ends. */
    void askForEnds(Ends ends) {
        if (!ready()) {
            ends.are(-1, -1);
            return;
        }
        askForOffset(EARLIEST, start -> askForOffset(LATEST, end -> ends.are(start, end)));
    }

    /** Told an offset, or -1. */
    private interface Offset {
        void is(long offset);
    }

    private void askForOffset(long timestamp, Offset offset) {
        int leader = directory.leader(partition);
        if (leader < 0) {
            offset.is(-1);
            return;
        }
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(ListOffsetsRequest.Topic.builder()
                        .name(partition.topic())
                        .partitions(List.of(ListOffsetsRequest.Partition.builder()
                                .partitionIndex(partition.number())
                                .timestamp(timestamp)
                                .build()))
                        .build()))
                .timeoutMs((int) TIMEOUT_MS)
                .build();
        client.call(leader, request, ListOffsetsResponse.class, TIMEOUT_MS, response -> {
            if (response == null) {
                offset.is(-1);
                return;
            }
            ListOffsetsResponse.Partition answer =
                    response.topics().get(0).partitions().get(0);
            if (answer.errorCode() != ErrorCode.NONE.code()) {
                directory.forget(partition);
                offset.is(-1);
            } else {
                offset.is(answer.offset());
            }
        });
    }
}
