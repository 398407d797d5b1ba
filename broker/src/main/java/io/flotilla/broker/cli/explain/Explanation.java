package io.flotilla.broker.cli.explain;

import java.util.List;

/**
 * What is the matter with one partition.
 *
 * @param partition {@code TOPIC-N}
 * @param verdict the state of the whole in one word
 * @param headline the same in a sentence
 * @param leader the broker that leads in the newest term seen, or -1
 * @param term that term, or -1 when no replica is open
 * @param voters those who vote; while a change of them is under way, the new ones
 * @param outgoing while a change is under way, the voters there were before
 * @param offsets what readers see, or null when no replica is open
 * @param replicas one row for each broker that has, or is to have, a replica
 * @param findings what else there is to say, the most important first
 */
public record Explanation(
        String partition,
        Verdict verdict,
        String headline,
        int leader,
        int term,
        List<Integer> voters,
        List<Integer> outgoing,
        Offsets offsets,
        List<Row> replicas,
        List<Finding> findings) {

    /** How a partition fares. */
    public enum Verdict {
        /** It is led, and what is written gets committed. */
        COMMITTING,
        /** It has a leader that has yet to commit in its term. */
        STARTING,
        /** It is led, but what was written does not get committed. */
        NOT_COMMITTING,
        /** It has no leader. */
        NOT_LED,
        /** No broker that answers knows it. */
        UNKNOWN
    }

    /**
     * The partition's offsets, from the replica that knows best.
     *
     * @param broker whose they are
     */
    public record Offsets(int broker, long logStart, long highWatermark, long lastStable, long logEnd) {}

    /**
     * One replica. Numbers are -1 where nobody knows them.
     *
     * @param broker the broker it is on
     * @param role what it does, or why it does nothing
     * @param term its term
     * @param lastIndex the last index of its log
     * @param syncedIndex the last index on its disk
     * @param commitIndex the commit index it knows
     * @param matchIndex the last index that the leader counts it for
     * @param behind entries of the leader's log it does not have on its disk, as far as the leader knows
     * @param silentMs since the leader, or whoever else answers, knew it to be alive
     */
    public record Row(
            int broker,
            String role,
            int term,
            long lastIndex,
            long syncedIndex,
            long commitIndex,
            long matchIndex,
            long behind,
            long silentMs) {}

    /**
     * Something to know.
     *
     * @param text one or two sentences
     * @param advice what to do about it, or null
     */
    public record Finding(String text, String advice) {}
}
