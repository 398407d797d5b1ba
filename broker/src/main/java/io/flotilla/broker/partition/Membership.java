package io.flotilla.broker.partition;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;

/**
 * How far a partition's group is on its way to the members that metadata wants, as its leader sees it.
 *
 * @param configuration the members in force
 * @param wanted the voters there are to be
 * @param step what is going on
 * @param waitingFor what the step waits for, in words for people; empty when it waits for nothing
 * @param lag indexes that learners which are to vote lack, in all
 */
public record Membership(Configuration configuration, NodeSet wanted, Step step, String waitingFor, long lag) {
    /** Nothing is known: this replica does not lead. */
    public static final Membership UNKNOWN = new Membership(Configuration.NONE, NodeSet.EMPTY, Step.NONE, "", 0);

    /** The steps from one set of replicas to another. */
    public enum Step {
        /** The members are the ones wanted. */
        NONE,
        /** The last change of the members is not committed yet. */
        COMMITTING,
        /** New replicas copy the log. */
        CATCHING_UP,
        /** Old and new replicas decide together; the old ones are about to leave. */
        LEAVING_JOINT,
        /** All is done, and the metadata leader is being told. */
        REPORTING
    }

    /** Whether there is something left to do. */
    public boolean isPending() {
        return step != Step.NONE;
    }
}
