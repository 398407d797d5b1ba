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
    private Configuration forced;
    private long nowNanos;

    Replica(RaftOptions options, DurableState found, SafetyRules rules) {
        this.options = options;
        this.rules = rules;
        this.log = new RaftLog(found, rules);
        boolean isFoundOut = found.forgetful() && !found.hardState().isForgetful();
        int term = found.hardState().term();
        this.outbox = new Outbox(isFoundOut ? new HardState(term, RaftCore.NO_NODE) : found.hardState(), rules);
        this.hardState = isFoundOut ? new HardState(term, HardState.FORGOTTEN) : found.hardState();
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
        return forced == null ? log.configuration() : forced;
    }

    /** The configuration imposed from outside that is not in the log yet, or null. */
    Configuration forced() {
        return forced;
    }

    /** Puts a configuration in force that nobody has agreed to, or, with null, the log's own again. */
    void force(Configuration configuration) {
        forced = configuration;
    }

    void become(Role newRole, int newLeaderId) {
        role = newRole;
        leaderId = newLeaderId;
    }

    void forgetLeader() {
        leaderId = RaftCore.NO_NODE;
    }

    /** Enters a later term, in which this replica has not voted. What was forgotten stays so. */
    void enterTerm(int term) {
        hardState = new HardState(term, isForgetful() ? HardState.FORGOTTEN : RaftCore.NO_NODE);
    }

    /** True if this replica lost what it had promised, and has not been readmitted. */
    boolean isForgetful() {
        return hardState.isForgetful();
    }

    /** True if this replica may vote and be counted, as far as its memory goes. */
    boolean remembers() {
        return rules.mayTakePart(isForgetful());
    }

    /** Leads, and has committed in its own term (Raft section 8). */
    boolean hasCommittedInTerm() {
        return isLeader() && log.termAt(log.commitIndex()) == term();
    }

    long nowNanos() {
        return nowNanos;
    }

    void setNow(long nanos) {
        nowNanos = nanos;
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

    NodeSet peersUp() {
        return upNodes;
    }

    boolean isUp(int node) {
        return node == id() || upNodes.contains(node);
    }

    /** True if this replica leads or follows a leader whose node is up: no reason for an election (thesis 4.2.3). */
    boolean hasLiveLeader() {
        return leaderId != RaftCore.NO_NODE && isUp(leaderId);
    }

    boolean isQuorumUp() {
        return Quorum.isQuorum(rules.deciding(configuration()), this::isUp);
    }
}
