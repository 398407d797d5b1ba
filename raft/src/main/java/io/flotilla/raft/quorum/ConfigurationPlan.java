package io.flotilla.raft.quorum;

import java.util.function.IntPredicate;

/**
 * The way from one set of voters to another, step by step (Raft section 6, thesis 4.2 and 4.3): newcomers learn first, then
 * old and new voters decide together, then the new ones alone. Nothing is remembered: the next step follows from where the
 * group is and where it is to be, so any leader can go on, and turning round at any point is only another target.
 */
public final class ConfigurationPlan {
    private ConfigurationPlan() {}

    /**
     * The next configuration to propose, or null if there is nothing to do, or nothing can be done yet.
     *
     * <p>A forgetful voter (one that lost what it had promised) is made a learner first; once its leader has readmitted it,
     * it is no longer forgetful and becomes a voter like any other newcomer.
     *
     * @param current the configuration in force
     * @param target the voters wanted
     * @param forgetful the members that are forgetful now
     * @param caughtUp whether a learner has the log, so that it may vote
     */
    public static Configuration next(Configuration current, NodeSet target, NodeSet forgetful, IntPredicate caughtUp) {
        NodeSet ready = target.minus(forgetful);
        if (target.isEmpty() || current.voters().isEmpty()) {
            return null;
        }
        if (current.isJoint()) {
            NodeSet voters = current.outgoing().equals(ready) ? ready : current.voters();
            return leaveJoint(current, voters, target);
        }
        NodeSet voters = current.voters();
        NodeSet unreliable = voters.intersection(forgetful);
        if (!unreliable.isEmpty() && !voters.equals(unreliable)) {
            return enterJoint(current, voters.minus(unreliable), target);
        }
        NodeSet learners = target.minus(voters);
        if (!current.learners().equals(learners)) {
            return new Configuration(voters, learners, NodeSet.EMPTY);
        }
        // Nobody leaves before those who come are there: not even while one of them has to be readmitted.
        boolean isReady = !target.equals(voters) && learners.isDisjointFrom(forgetful) && all(learners, caughtUp);
        return isReady ? enterJoint(current, target, target) : null;
    }

    /**
     * True if {@code to} is one step from {@code from}: other learners, into a joint configuration whose incoming voters were
     * learners before or voters already, or out of one, forwards or back.
     */
    public static boolean isStep(Configuration from, Configuration to) {
        if (from.equals(to) || to.voters().isEmpty()) {
            return false;
        }
        if (from.isJoint()) {
            boolean isToEitherHalf =
                    to.voters().equals(from.voters()) || to.voters().equals(from.outgoing());
            return !to.isJoint() && isToEitherHalf && from.members().containsAll(to.members());
        }
        if (to.isJoint()) {
            return to.outgoing().equals(from.voters())
                    && !to.voters().equals(from.voters())
                    && from.members().containsAll(to.members());
        }
        return to.voters().equals(from.voters());
    }

    private static Configuration enterJoint(Configuration current, NodeSet voters, NodeSet target) {
        return new Configuration(voters, remaining(current, voters, target), current.voters());
    }

    private static Configuration leaveJoint(Configuration current, NodeSet voters, NodeSet target) {
        return new Configuration(voters, remaining(current, voters, target), NodeSet.EMPTY);
    }

    /** Members that are to vote in the end, but not yet. */
    private static NodeSet remaining(Configuration current, NodeSet voters, NodeSet target) {
        return current.members().intersection(target).minus(voters);
    }

    private static boolean all(NodeSet nodes, IntPredicate predicate) {
        for (int i = 0; i < nodes.size(); i++) {
            if (!predicate.test(nodes.get(i))) {
                return false;
            }
        }
        return true;
    }
}
