package io.flotilla.sim;

import io.flotilla.check.History;
import io.flotilla.check.Partition;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.FindCoordinatorRequest;
import io.flotilla.wire.message.FindCoordinatorResponse;
import io.flotilla.wire.message.HeartbeatRequest;
import io.flotilla.wire.message.HeartbeatResponse;
import io.flotilla.wire.message.JoinGroupRequest;
import io.flotilla.wire.message.JoinGroupResponse;
import io.flotilla.wire.message.LeaveGroupRequest;
import io.flotilla.wire.message.LeaveGroupResponse;
import io.flotilla.wire.message.SyncGroupRequest;
import io.flotilla.wire.message.SyncGroupResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A member of a consumer group, by the classic protocol: finds the coordinator, joins, gets its share of the partitions, reads
 * and commits, and joins again whenever it is told to. Once in a while it leaves and comes back.
 */
final class GroupMember {
    private static final long TIMEOUT_MS = 6_000;
    private static final int SESSION_MS = 3_000;
    private static final long HEARTBEAT_MS = 400;
    private static final long BACKOFF_MS = 120;
    private static final int LEAVES_ONE_IN = 40;
    private static final String PROTOCOL = "shares";

    private final SimClient client;
    private final String group;
    private final List<Partition> partitions;
    private final Directory directory;
    private final GroupOffsets offsets;
    private final RandomGenerator random;
    private final Map<Partition, PartitionReader> readers = new TreeMap<>();
    private List<Partition> owned = List.of();
    private int coordinator = -1;
    private String memberId = "";
    private int generation = -1;
    /** Counts memberships: what comes later from an earlier one is not acted on. */
    private int stint;

    private boolean calm;
    private String trouble = "nothing was answered yet";

    /** @param progress what the group has committed, shared by its members */
    GroupMember(
            SimClient client,
            History history,
            int brokers,
            String group,
            List<Partition> partitions,
            Map<Partition, Long> progress,
            Oracle oracle) {
        this.client = client;
        this.group = group;
        this.partitions = partitions;
        this.directory = new Directory(client, brokers);
        this.offsets = new GroupOffsets(client, history, directory, group, progress);
        this.random = client.process().newGenerator();
        for (Partition partition : partitions) {
            readers.put(
                    partition,
                    new PartitionReader(client, history, directory, partition, oracle, PartitionReader.Reads.LEADER));
        }
    }

    void start() {
        client.after(50 + random.nextInt(300), this::findCoordinator);
    }

    /** Stays from now on. */
    void settle() {
        calm = true;
    }

    /** Whether it takes a partition for its own. */
    boolean owns(Partition partition) {
        return owned.contains(partition);
    }

    String trouble() {
        return client.name() + " of generation " + generation + ": " + trouble;
    }

    private void findCoordinator() {
        FindCoordinatorRequest request =
                FindCoordinatorRequest.builder().coordinatorKeys(List.of(group)).build();
        client.call(directory.anyBroker(), request, FindCoordinatorResponse.class, TIMEOUT_MS, response -> {
            FindCoordinatorResponse.Coordinator found =
                    response == null ? null : response.coordinators().get(0);
            if (found != null && found.errorCode() == ErrorCode.NONE.code()) {
                coordinator = found.nodeId();
                join();
            } else {
                trouble = "no coordinator";
                client.after(BACKOFF_MS, this::findCoordinator);
            }
        });
    }

    private <R extends ApiMessage> void ask(ApiMessage request, Class<R> type, Consumer<R> answered) {
        int during = stint;
        client.call(coordinator, request, type, TIMEOUT_MS, response -> {
            if (during == stint) {
                answered.accept(response);
            }
        });
    }

    private void join() {
        JoinGroupRequest request = JoinGroupRequest.builder()
                .groupId(group)
                .sessionTimeoutMs(SESSION_MS)
                .rebalanceTimeoutMs(2_000)
                .memberId(memberId)
                .protocolType("consumer")
                .protocols(List.of(JoinGroupRequest.Protocol.builder()
                        .name(PROTOCOL)
                        .metadata(new byte[0])
                        .build()))
                .build();
        ask(request, JoinGroupResponse.class, response -> {
            ErrorCode error = response == null ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.of(response.errorCode());
            switch (error) {
                case NONE -> {
                    memberId = response.memberId();
                    generation = response.generationId();
                    sync(response);
                }
                case MEMBER_ID_REQUIRED -> {
                    memberId = response.memberId();
                    join();
                }
                default -> again(error);
            }
        });
    }

    private void sync(JoinGroupResponse joined) {
        List<SyncGroupRequest.Assignment> assignments = new ArrayList<>();
        if (joined.leader().equals(memberId)) {
            List<JoinGroupResponse.Member> members = joined.members();
            for (int i = 0; i < members.size(); i++) {
                assignments.add(SyncGroupRequest.Assignment.builder()
                        .memberId(members.get(i).memberId())
                        .assignment(share(i, members.size()))
                        .build());
            }
        }
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId(group)
                .generationId(generation)
                .memberId(memberId)
                .protocolType("consumer")
                .protocolName(PROTOCOL)
                .assignments(assignments)
                .build();
        ask(request, SyncGroupResponse.class, response -> {
            ErrorCode error = response == null ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.of(response.errorCode());
            if (error == ErrorCode.NONE) {
                begin(response.assignment());
            } else {
                again(error);
            }
        });
    }

    /** Every so many-th partition, as numbers with commas between. */
    private byte[] share(int member, int members) {
        StringBuilder numbers = new StringBuilder();
        for (int i = member; i < partitions.size(); i += members) {
            numbers.append(i).append(',');
        }
        return numbers.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void begin(byte[] assignment) {
        List<Partition> share = new ArrayList<>();
        for (String number : new String(assignment, StandardCharsets.UTF_8).split(",")) {
            if (!number.isEmpty()) {
                share.add(partitions.get(Integer.parseInt(number)));
            }
        }
        owned = share;
        int during = stint;
        offsets.joined(coordinator, memberId, generation);
        offsets.fetch(share, (partition, offset) -> {
            if (during == stint) {
                readers.get(partition).start(Math.max(0, offset));
            }
        });
        client.after(HEARTBEAT_MS, () -> keepUp(during));
    }

    private void keepUp(int during) {
        if (during != stint) {
            return;
        }
        if (!calm && random.nextInt(LEAVES_ONE_IN) == 0) {
            leave();
            return;
        }
        for (Partition partition : owned) {
            offsets.commit(partition, readers.get(partition), error -> {
                if (during == stint) {
                    rejoinAfter(error);
                }
            });
        }
        HeartbeatRequest request = HeartbeatRequest.builder()
                .groupId(group)
                .generationId(generation)
                .memberId(memberId)
                .build();
        ask(request, HeartbeatResponse.class, response -> {
            ErrorCode error = response == null ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.of(response.errorCode());
            if (error == ErrorCode.NONE) {
                client.after(HEARTBEAT_MS, () -> keepUp(during));
            } else {
                rejoinAfter(error);
            }
        });
    }

    private void rejoinAfter(ErrorCode error) {
        endStint();
        again(error);
    }

    private void again(ErrorCode error) {
        trouble = error.toString();
        if (error == ErrorCode.UNKNOWN_MEMBER_ID || error == ErrorCode.FENCED_INSTANCE_ID) {
            memberId = "";
        }
        int during = stint;
        boolean coordinatorLives = error == ErrorCode.REBALANCE_IN_PROGRESS
                || error == ErrorCode.UNKNOWN_MEMBER_ID
                || error == ErrorCode.ILLEGAL_GENERATION;
        client.after(coordinatorLives ? 1 : BACKOFF_MS, () -> {
            if (during == stint) {
                if (coordinatorLives) {
                    join();
                } else {
                    findCoordinator();
                }
            }
        });
    }

    private void endStint() {
        stint++;
        owned.forEach(partition -> readers.get(partition).stop());
        owned = List.of();
        offsets.left();
    }

    private void leave() {
        endStint();
        LeaveGroupRequest request = LeaveGroupRequest.builder()
                .groupId(group)
                .members(List.of(
                        LeaveGroupRequest.Member.builder().memberId(memberId).build()))
                .build();
        memberId = "";
        ask(request, LeaveGroupResponse.class, response -> {});
        client.after(200 + random.nextInt(2_000), this::findCoordinator);
    }
}
