package io.flotilla.raft.core;

import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.raft.quorum.Quorum;

/** What every part of one core shares: who this replica is, its term, vote, role, log, and what it has to say. */
final class Replica {
    final RaftOptions options;
    final SafetyRules rules;
    final RaftLog log;
    final Outbox outbox;
    private HardState hardState;
    private Role role = Role.FOLLOWER;
    private int leaderId = RaftCore.NO_NODE;
    private NodeSet upNodes = NodeSet.EMPTY;

    Replica(RaftOptions options, DurableState found, SafetyRules rules) {
        this.options = options;
        this.rules = rules;
        this.log = new RaftLog(found);
        this.hardState = found.hardState();
        this.outbox = new Outbox(hardState, rules);
    }

    int id() {
        return options.nodeId();
    }

    int term() {
        return hardState.term();
    }

    HardState hardState() {
        return hardState;
    }

    Role role() {
        return role;
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    int leaderId() {
        return leaderId;
    }

    Configuration configuration() {
        return log.configuration();
    }

    void become(Role newRole, int newLeaderId) {
        role = newRole;
        leaderId = newLeaderId;
    }

    void forgetLeader() {
        leaderId = RaftCore.NO_NODE;
    }

    /** Enters a later term, in which this replica has not voted. */
    void enterTerm(int term) {
        hardState = new HardState(term, RaftCore.NO_NODE);
    }

    void voteFor(int candidate) {
        hardState = new HardState(term(), candidate);
    }

    /** Sends {@code message} as soon as the current term and vote are durable. */
    void send(int to, RaftMessage message) {
        outbox.send(to, message, hardState);
    }

    void nodeUp(int node) {
        upNodes = upNodes.with(node);
    }

    void nodeDown(int node) {
        upNodes = upNodes.without(node);
    }

    boolean isUp(int node) {
        return node == id() || upNodes.contains(node);
    }

    /** True if this replica leads or follows a leader whose node is up: no reason for an election (thesis 4.2.3). */
    boolean hasLiveLeader() {
        return leaderId != RaftCore.NO_NODE && isUp(leaderId);
    }

    boolean isQuorumUp() {
        return Quorum.isQuorum(configuration(), this::isUp);
    }
}
