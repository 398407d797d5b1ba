package io.flotilla.raft.host;

import io.flotilla.raft.core.DurableState;
import io.flotilla.raft.core.MembersNews;
import io.flotilla.raft.core.ProposeResult;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.RaftOptions;
import io.flotilla.raft.core.Role;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.ConfigurationPlan;
import io.flotilla.raft.quorum.NodeSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Hosts that share one thread: a queue is every loop and every link, and a test decides when time passes. */
final class HostCluster {
    static final int ELECTION_TICKS = 10;

    private final Queue<Runnable> queue = new ArrayDeque<>();
    private final ByteBufAllocator allocator;
    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final Set<Integer> cut = new TreeSet<>();
    /** Frames handed over since the test last looked. */
    int frames;

    HostCluster(ByteBufAllocator allocator, int size) {
        this.allocator = allocator;
        for (int id = 1; id <= size; id++) {
            nodes.put(id, new Node(id));
        }
    }

    static GroupId groupId(int number) {
        return new GroupId(new UUID(0, 9), number);
    }

    Node node(int id) {
        return nodes.get(id);
    }

    /** Opens a group on every node. */
    void openEverywhere(int group) {
        nodes.values().forEach(node -> node.open(group));
        run();
    }

    /** Everybody who is not cut off sees everybody else as up. */
    void connectAll() {
        cut.clear();
        for (int from : nodes.keySet()) {
            for (int to : nodes.keySet()) {
                if (from != to) {
                    node(from).host.nodeUp(to);
                }
            }
        }
        run();
    }

    /** One node sees another as up, over a link that works. */
    void connect(int from, int to) {
        cut.remove(to);
        node(from).host.nodeUp(to);
        run();
    }

    /** Breaks the links of a node; both sides notice. */
    void cutOff(int id) {
        cut.add(id);
        for (int other : nodes.keySet()) {
            if (other != id) {
                node(other).host.nodeDown(id);
                node(id).host.nodeDown(other);
            }
        }
        run();
    }

    void run() {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    void tick(int count) {
        for (int i = 0; i < count; i++) {
            nodes.values().forEach(node -> node.host.tick());
            run();
        }
    }

    /** The node that leads a group, as far as it knows itself; null if none does. */
    Node leader(int group) {
        Node leader = null;
        for (Node node : nodes.values()) {
            Member member = node.members.get(group);
            if (member != null && member.role == Role.LEADER && member.failure == null) {
                leader = node;
            }
        }
        return leader;
    }

    /** One broker: a shard, and the groups on it. */
    final class Node implements PeerTransport {
        final int id;
        final GroupHost host;
        final Map<Integer, Member> members = new LinkedHashMap<>();
        final List<Integer> lost = new ArrayList<>();

        Node(int id) {
            this.id = id;
            this.host = new GroupHost(
                    id, new Outbox(this, queue::add, allocator, lost::add), queue::add, allocator, () -> 0);
        }

        /** Opens a group that node 1 is to lead first. */
        Member open(int number) {
            return open(number, true);
        }

        Member open(int number, boolean promptCommits) {
            return open(
                    number,
                    new RaftGroup.Options(
                            false,
                            promptCommits,
                            id == 1 ? RaftGroup.FirstElection.STAND : RaftGroup.FirstElection.HOLD_BACK));
        }

        Member open(int number, RaftGroup.Options options) {
            int[] ids = nodes.keySet().stream().mapToInt(Integer::intValue).toArray();
            return open(number, options, DurableState.fresh(Configuration.of(ids)));
        }

        /** Opens a group whose members this node has yet to learn. */
        Member openKnowingNobody(int number) {
            return open(number, DurableState.fresh(Configuration.NONE));
        }

        /** Opens a group with what was found on disk. */
        Member open(int number, DurableState found) {
            return open(number, new RaftGroup.Options(false, true, RaftGroup.FirstElection.HOLD_BACK), found);
        }

        Member open(int number, RaftGroup.Options options, DurableState found) {
            Member member = new Member(new MemoryStorage(queue::add, allocator));
            RaftCore core =
                    new RaftCore(RaftOptions.defaults(id, ELECTION_TICKS), found, new Random(id * 31L + number));
            member.group = host.open(groupId(number), core, member.storage, member, options);
            member.storage.attach(member.group);
            members.put(number, member);
            member.group.start();
            return member;
        }

        @Override
        public boolean send(int to, ByteBuf frame) {
            if (cut.contains(id) || cut.contains(to)) {
                frame.release();
                return false;
            }
            frames++;
            queue.add(() -> node(to).receive(id, frame));
            return true;
        }

        private void receive(int from, ByteBuf frame) {
            try {
                if (PeerFrame.kind(frame) == PeerFrame.GROUPS) {
                    host.receiveGroups(from, frame);
                } else {
                    GroupHost.forEachMessage(
                            frame, (group, message, payload) -> host.receive(from, group, message, payload));
                }
            } finally {
                frame.release();
            }
        }
    }

    /** A replica of one group, and what it was told. */
    final class Member implements GroupListener {
        final MemoryStorage storage;
        RaftGroup group;
        Role role = Role.FOLLOWER;
        int leader = RaftCore.NO_NODE;
        long committed;
        final List<String> refusals = new ArrayList<>();

        /** The voters that this replica works towards while it leads, or null. */
        NodeSet target;

        Throwable failure;
        int failures;

        Member(MemoryStorage storage) {
            this.storage = storage;
        }

        ProposeResult propose(String content) {
            ByteBuf bytes = ByteBufUtil.writeUtf8(allocator, content);
            return group.propose(EntryKind.RECORDS, 1, bytes);
        }

        @Override
        public void roleChanged(Role newRole, int newLeader, int term) {
            role = newRole;
            leader = newLeader;
        }

        @Override
        public void committed(long commitIndex) {
            if (commitIndex <= committed) {
                throw new AssertionError("commit index " + commitIndex + " after " + committed);
            }
            committed = commitIndex;
        }

        @Override
        public void membersChanged(MembersNews news) {
            step();
        }

        /** Proposes the next step towards the target. */
        void step() {
            Configuration next = role != Role.LEADER || target == null
                    ? null
                    : ConfigurationPlan.next(
                            group.core().configuration(),
                            target,
                            group.core().forgetfulPeers(),
                            group.core()::isCaughtUp);
            if (next != null) {
                group.proposeConfiguration(next);
            }
        }

        @Override
        public void refused(int from, String reason) {
            refusals.add(reason);
        }

        @Override
        public void failed(Throwable cause) {
            failure = cause;
            failures++;
        }
    }
}
