package io.flotilla.broker.partition;

import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.partition.Membership.Step;
import io.flotilla.raft.core.ChangeResult;
import io.flotilla.raft.core.MembersNews;
import io.flotilla.raft.core.PeerStatus;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.host.RaftGroup;
import io.flotilla.raft.host.ReadIndexCallback;
import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.NodeSet;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the members of a group to what metadata wants, one configuration at a time, while this replica leads. It remembers
 * nothing: what to do next follows from the goal and from the configuration in the log, so another leader goes on where this
 * one stopped, and another goal turns it round at any step. Used on the replica's loop only.
 */
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** How often an unfinished change is looked at where nothing else tells that it can go on. */
    private static final long LOOK_MS = 200;

    private final String name;
    private final EventLoop loop;
    private final Assignments assignments;
    private final PartitionId partition;
    private RaftGroup group;
    private Goal goal;
    private MembersNews news;
    private boolean leading;
    private boolean fresh;
    private boolean asking;
    private boolean scheduled;
    private boolean hasSlot;
    private volatile Membership membership = Membership.UNKNOWN;

    Reconciler(PartitionId partition, String name, EventLoop loop, Assignments assignments) {
        this.partition = partition;
        this.name = name;
        this.loop = loop;
        this.assignments = assignments;
    }

    /** How far things are. Any thread. */
    Membership membership() {
        return membership;
    }

    void start(RaftGroup started) {
        group = started;
    }

    /** Metadata wants these members. */
    void want(Goal wanted) {
        if (!wanted.equals(goal)) {
            goal = wanted;
            look();
        }
    }

    /** Something about the members is new. */
    void changed(MembersNews changed) {
        news = changed;
        look();
    }

    /** This replica leads and has committed in its term, or no longer does. */
    void lead(boolean now) {
        leading = now;
        fresh = false;
        look();
    }

    /** Does what can be done now. */
    private void look() {
        if (!leading || goal == null) {
            membership = Membership.UNKNOWN;
            giveSlotBack();
            return;
        }
        RaftCore core = group.core();
        Configuration current = core.configuration();
        boolean reached = goal.isReached(current)
                && core.forgetfulPeers().intersection(goal.voters()).isEmpty();
        if (reached && (news == null || news.committed()) && !goal.reported()) {
            publish(current, Step.NONE, "");
            giveSlotBack();
            return;
        }
        if (!fresh) {
            publish(current, Step.COMMITTING, "this broker's metadata to be up to date");
            refresh();
        } else if (news != null && !news.committed() && !isRetreat(current)) {
            publish(
                    current,
                    Step.COMMITTING,
                    "entry " + news.inForce().index() + " to be committed by a majority of "
                            + (current.isJoint() ? current.outgoing() + " and of " : "") + current.voters());
        } else if (reached) {
            publish(current, Step.REPORTING, "the leader of the cluster metadata");
            giveSlotBack();
            report();
        } else {
            step(core, current);
        }
        lookAgainLater();
    }

    private void step(RaftCore core, Configuration current) {
        Configuration next = goal.next(current, core.forgetfulPeers(), core::isCaughtUp);
        if (next == null) {
            publish(current, current.isJoint() ? Step.LEAVING_JOINT : Step.CATCHING_UP, laggards());
            if (isSomebodyMissing()) {
                giveSlotBack();
            }
            return;
        }
        if (next.isJoint() && !isMajorityThere(next.voters())) {
            publish(current, Step.CATCHING_UP, "a majority of " + next.voters() + " to be reachable and up to date");
            giveSlotBack();
            return;
        }
        boolean begins = !current.isJoint() && current.learners().isDisjointFrom(goal.voters());
        if (begins && !hasSlot && !(hasSlot = assignments.slots().take())) {
            publish(current, Step.CATCHING_UP, "its turn: other partitions led by this broker are on the move");
            return;
        }
        ChangeResult result = group.proposeConfiguration(next);
        if (result instanceof ChangeResult.Accepted accepted) {
            LOG.info("{}: members become {} with entry {}", name, describe(next), accepted.index());
        } else if (result instanceof ChangeResult.Refused refused) {
            publish(current, Step.COMMITTING, refused.reason());
        }
    }

    /**
     * Whether these voters can decide now. Were they given a say before, nobody could commit anything until they are there,
     * nor take that back.
     */
    private boolean isMajorityThere(NodeSet voters) {
        RaftCore core = group.core();
        int there = voters.contains(core.leaderId()) ? 1 : 0;
        for (int i = 0; i < voters.size(); i++) {
            there += core.isCaughtUp(voters.get(i)) ? 1 : 0;
        }
        return there > voters.size() / 2;
    }

    /** Going back to the members before is possible also while those to come cannot be reached. */
    private boolean isRetreat(Configuration current) {
        return current.isJoint() && current.outgoing().equals(goal.voters());
    }

    private void giveSlotBack() {
        if (hasSlot) {
            hasSlot = false;
            assignments.slots().giveBack();
        }
    }

    /** Whether the change waits for a broker that may be gone for long: others need not wait for it too. */
    private boolean isSomebodyMissing() {
        return group.core().status().peers().stream()
                .anyMatch(peer -> goal.voters().contains(peer.node()) && !peer.voter() && !peer.up());
    }

    private static String describe(Configuration configuration) {
        return configuration.voters()
                + (configuration.isJoint() ? " jointly with " + configuration.outgoing() : "")
                + (configuration.learners().isEmpty() ? "" : ", learning " + configuration.learners());
    }

    /** What learners that are to vote lack. */
    private String laggards() {
        StringJoiner words = new StringJoiner("; ");
        for (PeerStatus peer : group.core().status().peers()) {
            if (!goal.voters().contains(peer.node()) || peer.voter() && !peer.forgetful()) {
                continue;
            }
            if (!peer.up()) {
                words.add("broker " + peer.node() + ", which cannot be reached");
            } else if (peer.forgetful()) {
                words.add("broker " + peer.node() + ", which has lost its data, to be taken in again");
            } else {
                words.add("broker " + peer.node() + ", which lacks " + peer.lag() + " entries");
            }
        }
        return words.toString();
    }

    private long lag() {
        long lag = 0;
        for (PeerStatus peer : group.core().status().peers()) {
            lag += !peer.voter() && goal.voters().contains(peer.node()) ? peer.lag() : 0;
        }
        return lag;
    }

    private void publish(Configuration current, Step step, String waitingFor) {
        membership = new Membership(current, goal.voters(), step, waitingFor, step == Step.CATCHING_UP ? lag() : 0);
    }

    /**
     * A leader that goes by old metadata could take in a replica that others have seen leave, and which deletes its data. So
     * it learns first what metadata says at least since it leads.
     */
    private void refresh() {
        if (asking) {
            return;
        }
        asking = true;
        int term = group.core().term();
        assignments
                .refreshed()
                .whenComplete((nothing, failure) -> loop.execute(() -> {
                    asking = false;
                    if (failure == null && leading && group.core().term() == term) {
                        fresh = true;
                        look();
                    }
                }));
    }

    /** Reports that the goal is reached, once it is sure that no other leader has gone on from there. */
    private void report() {
        if (asking) {
            return;
        }
        asking = true;
        Goal reached = goal;
        group.readIndex(new ReadIndexCallback() {
            @Override
            public void confirmed(long index) {
                assignments
                        .reached(partition, reached.id(), reached.voters())
                        .whenComplete((nothing, failure) -> loop.execute(() -> asking = false));
            }

            @Override
            public void failed() {
                asking = false;
            }
        });
    }

    private void lookAgainLater() {
        if (!scheduled) {
            scheduled = true;
            loop.schedule(
                    () -> {
                        scheduled = false;
                        look();
                    },
                    LOOK_MS);
        }
    }
}
