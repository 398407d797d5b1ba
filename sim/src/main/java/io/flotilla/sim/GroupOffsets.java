package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.OffsetCommitRequest;
import io.flotilla.wire.message.OffsetCommitResponse;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.OffsetFetchResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What one member of a group commits and asks for. */
final class GroupOffsets {
    private static final long TIMEOUT_MS = 3_000;
    private static final long BACKOFF_MS = 100;

    private final SimClient client;
    private final History history;
    private final Directory directory;
    private final String group;
    private final Map<Partition, Long> progress;
    /** What this member has committed, or found committed, since it joined. */
    private final Map<Partition, Long> committed = new TreeMap<>();

    private final Set<Partition> committing = new TreeSet<>();
    private int coordinator;
    private String memberId;
    private int generation;
    private int stint;

    GroupOffsets(SimClient client, History history, Directory directory, String group, Map<Partition, Long> progress) {
        this.client = client;
        this.history = history;
        this.directory = directory;
        this.group = group;
        this.progress = progress;
    }

    /** Told an offset that the group has committed, -1 for none. */
    interface Found {
        void offset(Partition partition, long offset);
    }

    void joined(int atCoordinator, String asMember, int inGeneration) {
        coordinator = atCoordinator;
        memberId = asMember;
        generation = inGeneration;
    }

    void left() {
        stint++;
        committed.clear();
        committing.clear();
    }

    /** Asks where the group stopped, for each partition until there is an answer. */
    void fetch(List<Partition> partitions, Found found) {
        partitions.forEach(partition -> fetch(stint, partition, found));
    }

    private void fetch(int during, Partition partition, Found found) {
        if (during != stint) {
            return;
        }
        if (directory.topicId(partition.topic()) == null) {
            directory.refresh(List.of(partition.topic()));
            client.after(BACKOFF_MS, () -> fetch(during, partition, found));
            return;
        }
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequest.Group.builder()
                        .groupId(group)
                        .topics(List.of(OffsetFetchRequest.GroupTopic.builder()
                                .name(partition.topic())
                                .topicId(directory.topicId(partition.topic()))
                                .partitionIndexes(List.of(partition.number()))
                                .build()))
                        .build()))
                .build();
        long since = history.mark();
        client.call(coordinator, request, OffsetFetchResponse.class, TIMEOUT_MS, response -> {
            long offset = offsetIn(response);
            if (offset == Long.MIN_VALUE) {
                client.after(BACKOFF_MS, () -> fetch(during, partition, found));
                return;
            }
            history.add(new Event.CommitFetched(group, partition, offset, since));
            // It may come from a commit whose answer was lost: then there is nothing left to commit.
            progress.merge(partition, offset, Math::max);
            if (during == stint) {
                committed.put(partition, offset);
                found.offset(partition, offset);
            }
        });
    }

    /** The offset, or the least number when there was no good answer. */
    private static long offsetIn(OffsetFetchResponse response) {
        if (response == null || response.groups().get(0).errorCode() != ErrorCode.NONE.code()) {
            return Long.MIN_VALUE;
        }
        OffsetFetchResponse.GroupPartition answer =
                response.groups().get(0).topics().get(0).partitions().get(0);
        return answer.errorCode() == ErrorCode.NONE.code() ? answer.committedOffset() : Long.MIN_VALUE;
    }

    /**
     * Commits how far a partition was read, if that is further than before.
     *
     * @param failed told what the coordinator says against it, or that it does not answer
     */
    void commit(Partition partition, PartitionReader reader, Consumer<ErrorCode> failed) {
        long offset = reader.position();
        if (!committed.containsKey(partition)
                || offset <= committed.get(partition)
                || !reader.isRunning()
                || !committing.add(partition)) {
            return;
        }
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(group)
                .generationIdOrMemberEpoch(generation)
                .memberId(memberId)
                .topics(List.of(OffsetCommitRequest.Topic.builder()
                        .name(partition.topic())
                        .topicId(directory.topicId(partition.topic()))
                        .partitions(List.of(OffsetCommitRequest.Partition.builder()
                                .partitionIndex(partition.number())
                                .committedOffset(offset)
                                .committedMetadata("")
                                .build()))
                        .build()))
                .build();
        history.add(new Event.CommitInvoked(group, partition, offset));
        long since = history.mark();
        int during = stint;
        client.call(coordinator, request, OffsetCommitResponse.class, TIMEOUT_MS, response -> {
            ErrorCode error = response == null
                    ? ErrorCode.REQUEST_TIMED_OUT
                    : ErrorCode.of(response.topics().get(0).partitions().get(0).errorCode());
            if (error == ErrorCode.NONE) {
                history.add(new Event.CommitAcknowledged(group, partition, offset, since));
                progress.merge(partition, offset, Math::max);
            }
            if (during == stint) {
                committing.remove(partition);
                if (error == ErrorCode.NONE) {
                    committed.put(partition, offset);
                } else {
                    failed.accept(error);
                }
            }
        });
    }
}
