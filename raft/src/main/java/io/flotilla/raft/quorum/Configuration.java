package io.flotilla.raft.quorum;

/**
 * The members of a group (Raft section 6).
 *
 * @param voters the voters; while a change is under way, the incoming ones (the paper's C_new)
 * @param learners members that receive the log and neither vote nor count (thesis 4.2.1); one that is also outgoing votes
 *     until the joint configuration is left
 * @param outgoing the voters that a joint configuration is leaving behind (C_old); empty outside a change
 */
public record Configuration(NodeSet voters, NodeSet learners, NodeSet outgoing) {
    /** No members: what a replica holds that does not know its group yet. Such a replica never campaigns. */
    public static final Configuration NONE = new Configuration(NodeSet.EMPTY, NodeSet.EMPTY, NodeSet.EMPTY);

    /** Checks that no learner votes. */
    public Configuration {
        if (!learners.isDisjointFrom(voters)) {
            throw new IllegalArgumentException("learners " + learners + " overlap voters " + voters);
        }
    }

    /** A configuration of voters alone. */
    public static Configuration of(int... voters) {
        return new Configuration(NodeSet.of(voters), NodeSet.EMPTY, NodeSet.EMPTY);
    }

    /** True while decisions need a majority of the incoming and of the outgoing voters. */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** True if {@code node} votes, in either half of a joint configuration. */
    public boolean isVoter(int node) {
        return voters.contains(node) || outgoing.contains(node);
    }

    /** Everybody who votes, in either half of a joint configuration. */
    public NodeSet allVoters() {
        return voters.union(outgoing);
    }

    /** Everybody the leader replicates to, itself included. */
    public NodeSet members() {
        return allVoters().union(learners);
    }
}
