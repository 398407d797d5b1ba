package io.flotilla.broker.partition;

import io.flotilla.broker.cluster.Assignment;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.ConfigurationPlan;
import io.flotilla.raft.quorum.NodeSet;
import java.util.Collection;
import java.util.function.IntPredicate;

/**
 * The members a group is to have.
 *
 * @param voters the replicas that vote
 * @param observers others that only follow the log; for the metadata group, every broker that does not vote
 * @param id tells this goal from others of the same group
 * @param reported whether somebody waits to hear that it is reached
 */
record Goal(NodeSet voters, NodeSet observers, long id, boolean reported) {
    /** What a partition's assignment asks for. */
    static Goal of(Assignment assignment) {
        return new Goal(nodes(assignment.target()), NodeSet.EMPTY, assignment.offset(), assignment.isPending());
    }

    /** What metadata asks for its own group: all brokers that do not vote follow. */
    static Goal ofMetadata(MetadataImage image) {
        NodeSet voters = nodes(image.metadataVoters());
        return new Goal(voters, nodes(image.brokers().keySet()).minus(voters), 0, false);
    }

    static NodeSet nodes(Collection<Integer> ids) {
        return NodeSet.of(ids.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The next configuration on the way here, or null when there is none now. See {@link ConfigurationPlan}. */
    Configuration next(Configuration current, NodeSet forgetful, IntPredicate caughtUp) {
        // The plan is about those who vote or will; who only follows stays as it is until the plan rests.
        NodeSet following = current.learners().minus(voters);
        NodeSet learning = current.learners().minus(following);
        Configuration planned = ConfigurationPlan.next(
                new Configuration(current.voters(), learning, current.outgoing()), voters, forgetful, caughtUp);
        if (planned != null) {
            NodeSet learners = planned.learners().union(following).minus(planned.voters());
            return new Configuration(planned.voters(), learners, planned.outgoing());
        }
        NodeSet learners = learning.union(observers.minus(current.voters()));
        boolean rests = !current.isJoint() && !current.voters().isEmpty();
        return rests && !learners.equals(current.learners())
                ? new Configuration(current.voters(), learners, NodeSet.EMPTY)
                : null;
    }

    /** Whether these are the members, and no change is under way. */
    boolean isReached(Configuration configuration) {
        return !configuration.isJoint()
                && configuration.voters().equals(voters)
                && configuration.learners().equals(observers.minus(voters));
    }
}
