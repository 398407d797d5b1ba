package io.flotilla.raft.quorum;

import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/**
 * The arithmetic of majorities. A joint configuration decides only what a majority of each of its halves decides (Raft
 * section 6); an empty configuration decides nothing.
 *
 * <p>Groups are small, so everything counts by plain loops: no sorting, no allocation.
 */
public final class Quorum {
    private Quorum() {}

    /** The smallest number of nodes that any two of overlap, among {@code size} voters. */
    public static int majority(int size) {
        return size / 2 + 1;
    }

    /** The largest index that a quorum has reached, given the index each voter has reached; 0 if none. */
    public static long reachedIndex(Configuration configuration, IntToLongFunction reachedBy) {
        long index = reachedIndex(configuration.voters(), reachedBy);
        return configuration.isJoint() ? Math.min(index, reachedIndex(configuration.outgoing(), reachedBy)) : index;
    }

    /** What a vote has come to, given who granted and who refused so far. */
    public static VoteResult tally(Configuration configuration, NodeSet granted, NodeSet refused) {
        if (isQuorum(configuration, granted::contains)) {
            return VoteResult.WON;
        }
        return isQuorum(configuration, node -> !refused.contains(node)) ? VoteResult.PENDING : VoteResult.LOST;
    }

    /** True if the voters that satisfy {@code isIn} form a quorum. */
    public static boolean isQuorum(Configuration configuration, IntPredicate isIn) {
        return isMajority(configuration.voters(), isIn)
                && (!configuration.isJoint() || isMajority(configuration.outgoing(), isIn));
    }

    private static boolean isMajority(NodeSet voters, IntPredicate isIn) {
        int count = 0;
        for (int i = 0; i < voters.size(); i++) {
            if (isIn.test(voters.get(i))) {
                count++;
            }
        }
        return count >= majority(voters.size());
    }

    private static long reachedIndex(NodeSet voters, IntToLongFunction reachedBy) {
        long best = 0;
        for (int i = 0; i < voters.size(); i++) {
            long index = reachedBy.applyAsLong(voters.get(i));
            if (index > best && isMajority(voters, node -> reachedBy.applyAsLong(node) >= index)) {
                best = index;
            }
        }
        return best;
    }
}
