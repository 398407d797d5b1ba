package io.flotilla.broker.cli.client;

import io.flotilla.broker.cli.client.Groups.TopicPartition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import io.flotilla.wire.message.JoinGroupRequest;
import io.flotilla.wire.message.JoinGroupResponse;
import io.flotilla.wire.message.LeaveGroupRequest;
import io.flotilla.wire.message.LeaveGroupResponse;
import io.flotilla.wire.message.MetadataResponse;
import io.flotilla.wire.message.OffsetCommitRequest;
import io.flotilla.wire.message.OffsetCommitResponse;
import io.flotilla.wire.message.OffsetFetchRequest;
import io.flotilla.wire.message.SyncGroupRequest;
import io.flotilla.wire.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A member of a consumer group that reads one topic, by the classic protocol: join, sync, heartbeats between polls, commits
 * every second of what was handed over. Elected leader, it assigns partitions by range. For one thread.
 */
public final class GroupMember implements AutoCloseable {
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int REBALANCE_TIMEOUT_MS = 30_000;
    private static final long HEARTBEAT_MS = 2_000;
    private static final long COMMIT_MS = 1_000;

    /** What the coordinator says when this member has to join again. */
    private static final Set<ErrorCode> REJOIN =
            EnumSet.of(ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.ILLEGAL_GENERATION, ErrorCode.UNKNOWN_MEMBER_ID);

    private final KafkaClient client;
    private final Fetcher fetcher;
    private final Topics topics;
    private final Groups groups;
    private final String group;
    private final String topicName;
    private final long whereNothingCommitted;

    private int coordinator;
    private String memberId = "";
    private int generation = -1;
    private boolean joined;
    private long lastHeartbeat;
    private long lastCommit;
    private SortedMap<Integer, Long> committed = new TreeMap<>();

    /** @param whereNothingCommitted {@link Topics#EARLIEST} or {@link Topics#LATEST} */
    public GroupMember(KafkaClient client, String group, String topicName, long whereNothingCommitted) {
        this.client = client;
        this.fetcher = new Fetcher(client, topicName);
        this.topics = new Topics(client);
        this.groups = new Groups(client);
        this.group = group;
        this.topicName = topicName;
        this.whereNothingCommitted = whereNothingCommitted;
    }

    /** Joins the group, unless this is a member in good standing. Takes as long as the group's rebalance. */
    public void ensureJoined() {
        if (!joined) {
            client.retrying(() -> {
                join();
                return null;
            });
        }
    }

    /** Joins where needed, hands over what came, and keeps the membership alive. */
    public void poll(Fetcher.RecordHandler handler) {
        ensureJoined();
        fetcher.poll(handler);
        keepUp();
    }

    private void keepUp() {
        long now = System.nanoTime();
        try {
            if (millisSince(lastCommit, now) >= COMMIT_MS) {
                commit();
                lastCommit = now;
            }
            if (millisSince(lastHeartbeat, now) >= HEARTBEAT_MS) {
                heartbeat();
                lastHeartbeat = now;
            }
        } catch (ClientException e) {
            if (!REJOIN.contains(e.error()) && !e.retriable()) {
                throw e;
            }
            joined = false;
        }
    }

    private static long millisSince(long then, long now) {
        return TimeUnit.NANOSECONDS.toMillis(now - then);
    }

    private void join() {
        client.metadata(List.of(), false);
        coordinator = client.coordinator(group);
        while (!joined) {
            JoinGroupResponse response = requestJoin();
            memberId = response.memberId();
            generation = response.generationId();
            SyncGroupResponse synced = client.call(
                    coordinator,
                    syncRequest(response),
                    SyncGroupResponse.class,
                    REBALANCE_TIMEOUT_MS + client.timeoutMs());
            if (synced.errorCode() != ErrorCode.REBALANCE_IN_PROGRESS.code()) {
                ClientException.check(synced.errorCode(), "joining group " + group, null);
                begin(ConsumerProtocol.assignment(synced.assignment()).getOrDefault(topicName, List.of()));
                joined = true;
            }
        }
    }

    /** Asks to join until the coordinator has settled on a member id. */
    private JoinGroupResponse requestJoin() {
        while (true) {
            JoinGroupRequest request = JoinGroupRequest.builder()
                    .groupId(group)
                    .sessionTimeoutMs(SESSION_TIMEOUT_MS)
                    .rebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
                    .memberId(memberId)
                    .protocolType(ConsumerProtocol.TYPE)
                    .protocols(List.of(JoinGroupRequest.Protocol.builder()
                            .name(RangeAssignor.NAME)
                            .metadata(ConsumerProtocol.subscription(List.of(topicName)))
                            .build()))
                    .build();
            JoinGroupResponse response = client.call(
                    coordinator, request, JoinGroupResponse.class, REBALANCE_TIMEOUT_MS + client.timeoutMs());
            ErrorCode error = ErrorCode.of(response.errorCode());
            if (error == ErrorCode.MEMBER_ID_REQUIRED) {
                memberId = response.memberId();
            } else if (error == ErrorCode.UNKNOWN_MEMBER_ID && !memberId.isEmpty()) {
                memberId = "";
            } else {
                ClientException.check(response.errorCode(), "joining group " + group, null);
                return response;
            }
        }
    }

    private SyncGroupRequest syncRequest(JoinGroupResponse join) {
        List<SyncGroupRequest.Assignment> assignments = new ArrayList<>();
        if (join.leader().equals(join.memberId())) {
            SortedMap<String, List<String>> subscriptions = new TreeMap<>();
            for (JoinGroupResponse.Member member : join.members()) {
                subscriptions.put(member.memberId(), ConsumerProtocol.subscribedTopics(member.metadata()));
            }
            RangeAssignor.assign(subscriptions, this::partitionCount)
                    .forEach((member, partitions) -> assignments.add(SyncGroupRequest.Assignment.builder()
                            .memberId(member)
                            .assignment(ConsumerProtocol.assignment(partitions))
                            .build()));
        }
        return SyncGroupRequest.builder()
                .groupId(group)
                .generationId(join.generationId())
                .memberId(join.memberId())
                .protocolType(ConsumerProtocol.TYPE)
                .protocolName(RangeAssignor.NAME)
                .assignments(assignments)
                .build();
    }

    private int partitionCount(String topic) {
        MetadataResponse.Topic found =
                client.metadata(List.of(topic), false).topics().get(0);
        return found.partitions().size();
    }

    /** Begins reading the assigned partitions where the group stopped. */
    private void begin(List<Integer> partitions) {
        SortedMap<Integer, Long> positions = new TreeMap<>();
        committed = new TreeMap<>();
        if (!partitions.isEmpty()) {
            OffsetFetchRequest.GroupTopic asked = OffsetFetchRequest.GroupTopic.builder()
                    .name(topicName)
                    .topicId(fetcher.topicId())
                    .partitionIndexes(partitions)
                    .build();
            SortedMap<TopicPartition, Long> known = groups.committed(coordinator, group, asked);
            SortedMap<Integer, Long> elsewhere = topics.offsets(topicName, whereNothingCommitted);
            for (int partition : partitions) {
                Long offset = known.get(new TopicPartition(topicName, partition));
                if (offset != null) {
                    committed.put(partition, offset);
                }
                positions.put(partition, offset != null ? offset : elsewhere.get(partition));
            }
        }
        fetcher.assign(positions);
        lastHeartbeat = System.nanoTime();
        lastCommit = lastHeartbeat;
    }

    private void heartbeat() {
        HeartbeatRequest request = HeartbeatRequest.builder()
                .groupId(group)
                .generationId(generation)
                .memberId(memberId)
                .build();
        ClientException.check(
                client.call(coordinator, request, HeartbeatResponse.class).errorCode(),
                "heartbeat to group " + group,
                null);
    }

    private void commit() {
        SortedMap<Integer, Long> positions = fetcher.positions();
        positions.entrySet().removeIf(entry -> entry.getValue().equals(committed.get(entry.getKey())));
        if (positions.isEmpty()) {
            return;
        }
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(group)
                .generationIdOrMemberEpoch(generation)
                .memberId(memberId)
                .topics(List.of(OffsetCommitRequest.Topic.builder()
                        .name(topicName)
                        .topicId(fetcher.topicId())
                        .partitions(positions.entrySet().stream()
                                .map(entry -> OffsetCommitRequest.Partition.builder()
                                        .partitionIndex(entry.getKey())
                                        .committedOffset(entry.getValue())
                                        .committedMetadata("")
                                        .build())
                                .toList())
                        .build()))
                .build();
        OffsetCommitResponse response = client.call(coordinator, request, OffsetCommitResponse.class);
        for (OffsetCommitResponse.Partition partition : response.topics().get(0).partitions()) {
            ClientException.check(partition.errorCode(), "committing offsets of group " + group, null);
        }
        committed.putAll(positions);
    }

    /**
     * Commits what was handed over and leaves, so that others take over at once. In the middle of a rebalance the commit may
     * be refused; then the next owner hands these records over again.
     */
    @Override
    public void close() {
        if (memberId.isEmpty()) {
            return;
        }
        try {
            if (joined) {
                commit();
            }
        } catch (ClientException e) {
            if (!REJOIN.contains(e.error())) {
                throw e;
            }
        } finally {
            joined = false;
            leave();
        }
    }

    private void leave() {
        LeaveGroupRequest request = LeaveGroupRequest.builder()
                .groupId(group)
                .members(List.of(
                        LeaveGroupRequest.Member.builder().memberId(memberId).build()))
                .build();
        memberId = "";
        ClientException.check(
                client.call(coordinator, request, LeaveGroupResponse.class).errorCode(),
                "leaving group " + group,
                null);
    }
}
