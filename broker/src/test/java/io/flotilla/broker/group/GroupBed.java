package io.flotilla.broker.group;

import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.machine.MachineHost;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.PromptFuture;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.machine.TestPartition;
import io.flotilla.wire.frame.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** A coordinator on a partition in memory, in virtual time, and members that talk to it. */
final class GroupBed {
    static final String GROUP = "g";
    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;
    static final int DELAY_MS = 3_000;
    static final int MAX_SIZE = 4;
    static final long RETENTION_MS = 3_600_000;
    static final long CHECK_MS = 60_000;
    static final int MAX_BATCH_BYTES = 10_000;

    final TestLoop loop = new TestLoop();
    MachineHost<GroupMachine> host;
    TestPartition partition;
    private int uuids;

    GroupBed() {
        this(MAX_SIZE);
    }

    GroupBed(int maxSize) {
        host = host(maxSize);
        partition = new TestPartition(loop, host);
        partition.lead();
    }

    /** Another broker leads, with what was committed. */
    void failOver() {
        failOver(MAX_SIZE);
    }

    void failOver(int maxSize) {
        TestPartition former = partition;
        host = host(maxSize);
        partition = former.inherit(host);
        former.resign();
        partition.lead();
    }

    <R> CompletableFuture<R> submit(Function<GroupMachine, Outcome<R>> command) {
        CompletableFuture<R> answer = PromptFuture.of(host.submit(command));
        loop.run();
        return answer;
    }

    <R> R ask(Function<GroupMachine, Outcome<R>> command) {
        return submit(command).join();
    }

    GroupDescription describe() {
        return ask(machine -> machine.describe(GROUP));
    }

    /** State of the group; null when there is none. */
    GroupState state() {
        GroupDescription group = describe();
        return group == null ? null : group.state();
    }

    ErrorCode delete() {
        return ask(machine -> machine.delete(GROUP));
    }

    List<ErrorCode> commit(CommitCommand command) {
        return ask(machine -> machine.commit(command));
    }

    /** A new dynamic member that subscribes to a topic. */
    Client client(String topic) {
        return new Client(null, List.of(new Protocol("range", subscription(topic))));
    }

    Client staticClient(String instanceId, String topic) {
        return new Client(instanceId, List.of(new Protocol("range", subscription(topic))));
    }

    Client client(Protocol... protocols) {
        return new Client(null, List.of(protocols));
    }

    /** A stable group of the clients; the first leads. */
    void stabilize(Client... clients) {
        List<CompletableFuture<JoinResult>> joins = new ArrayList<>();
        for (Client client : clients) {
            joins.add(client.join());
        }
        loop.advance(DELAY_MS * 2);
        for (int i = 0; i < clients.length; i++) {
            clients[i].joined(joins.get(i));
        }
        syncAll(clients);
    }

    /** All ask for their assignment; the leader brings one that names each member. */
    void syncAll(Client... clients) {
        Map<String, byte[]> assignments = new LinkedHashMap<>();
        for (Client client : clients) {
            assignments.put(client.id, bytes("for " + client.id));
        }
        for (Client client : clients) {
            client.assignment = client.sync(client.leads() ? assignments : Map.of());
        }
        for (Client client : clients) {
            SyncResult result = client.assignment.join();
            if (result.error() != ErrorCode.NONE) {
                throw new AssertionError(client.id + ": " + result.error());
            }
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A consumer's subscription to one topic, as the Java client writes it in version 0. */
    static byte[] subscription(String topic) {
        return ByteBuffer.allocate(2 + 4 + 2 + topic.length() + 4)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) topic.length())
                .put(bytes(topic))
                .putInt(-1)
                .array();
    }

    private MachineHost<GroupMachine> host(int maxSize) {
        GroupSettings settings =
                new GroupSettings(6_000, 300_000, maxSize, DELAY_MS, RETENTION_MS, CHECK_MS, 100, MAX_BATCH_BYTES);
        return new MachineHost<>(
                "offsets-0", timers -> new GroupMachine(settings, loop, random(), timers), loop, MAX_BATCH_BYTES);
    }

    private RandomSource random() {
        return new RandomSource() {
            @Override
            public RandomGenerator newGenerator() {
                return new Random(1);
            }

            @Override
            public UUID newUuid() {
                return new UUID(0, ++uuids);
            }
        };
    }

    /** A member, and what it has been told. */
    final class Client {
        final String instanceId;
        String protocolType = "consumer";
        List<Protocol> protocols;
        String id = "";
        int generation = -1;
        int sessionMs = SESSION_MS;
        boolean idRequired;
        boolean canSkip = true;
        String leader = "";
        CompletableFuture<SyncResult> assignment;

        Client(String instanceId, List<Protocol> protocols) {
            this.instanceId = instanceId;
            this.protocols = protocols;
        }

        MemberIdentity identity() {
            return new MemberIdentity(id, instanceId);
        }

        boolean leads() {
            return id.equals(leader);
        }

        CompletableFuture<JoinResult> join() {
            JoinCommand command = new JoinCommand(
                    GROUP,
                    identity(),
                    "client",
                    "/127.0.0.1",
                    sessionMs,
                    REBALANCE_MS,
                    protocolType,
                    protocols,
                    idRequired,
                    canSkip,
                    "test");
            return submit(machine -> machine.join(command));
        }

        /** Takes in a join that has succeeded. */
        JoinResult joined(CompletableFuture<JoinResult> answer) {
            JoinResult result = answer.join();
            if (result.error() != ErrorCode.NONE) {
                throw new AssertionError("not joined: " + result.error());
            }
            id = result.memberId();
            generation = result.generation();
            leader = result.leader();
            return result;
        }

        CompletableFuture<SyncResult> sync(Map<String, byte[]> assignments) {
            SyncCommand command = new SyncCommand(GROUP, identity(), generation, null, null, assignments);
            return submit(machine -> machine.sync(command));
        }

        ErrorCode heartbeat() {
            return ask(machine -> machine.heartbeat(GROUP, identity(), generation));
        }

        ErrorCode leave() {
            return ask(machine -> machine.leave(GROUP, List.of(identity()), null))
                    .each()
                    .get(0);
        }

        ErrorCode commit(String topic, long offset) {
            return commitLater(topic, offset).join().get(0);
        }

        CompletableFuture<List<ErrorCode>> commitLater(String topic, long offset) {
            CommitCommand command =
                    new CommitCommand(GROUP, identity(), generation, -1, false, List.of(offset(topic, 0, offset, "")));
            return submit(machine -> machine.commit(command));
        }
    }

    static CommitCommand.OffsetToCommit offset(String topic, int partition, long offset, String metadata) {
        return new CommitCommand.OffsetToCommit(partition(topic, partition), offset, 5, metadata);
    }

    static TopicPartition partition(String topic, int partition) {
        return new TopicPartition(topic, topicId(topic), partition);
    }

    static UUID topicId(String topic) {
        return UUID.nameUUIDFromBytes(bytes(topic));
    }
}
