package io.flotilla.broker.cli;

import io.flotilla.broker.cli.explain.Recovery;
import io.flotilla.wire.message.DescribeReplicasResponse.Replica;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Prints what an unsafe recovery would do, and what it would cost. */
final class RecoveryFormat {
    private RecoveryFormat() {}

    static void print(List<Recovery> needed, PrintWriter out) {
        if (needed.isEmpty()) {
            out.println("No partition has lost its majority: there is nothing to recover.");
        }
        for (Recovery recovery : needed) {
            print(recovery, out);
        }
        out.flush();
    }

    private static void print(Recovery recovery, PrintWriter out) {
        out.printf("%s%s%n", recovery.name(), recovery.isMetadata() ? ", the cluster's metadata" : "");
        out.println("  " + recovery.quorum());
        if (recovery.survivor() < 0) {
            out.println("  No replica is left that could go on.");
            out.println();
            return;
        }
        Table table = new Table(
                "  SURVIVOR", "TERM", "LAST TERM", "LAST INDEX", "COMMITTED", "LOG START", "HIGH WATERMARK", "LOG END");
        recovery.survivors()
                .forEach((broker, replica) -> table.row(
                        "  " + broker,
                        replica.term(),
                        replica.lastTerm(),
                        replica.lastIndex(),
                        replica.commitIndex(),
                        replica.logStartOffset(),
                        replica.highWatermark(),
                        replica.logEndOffset()));
        table.print(out);
        Replica chosen = recovery.chosen();
        long committed = chosen.highWatermark();
        long end = chosen.logEndOffset();
        out.printf("  Goes on alone: broker %d, which has most of the log.%n", recovery.survivor());
        out.printf(
                "  Kept: %s.%n",
                committed > chosen.logStartOffset()
                        ? "offsets %d to %d, known to be committed".formatted(chosen.logStartOffset(), committed - 1)
                        : "no offset is known to be committed");
        if (end > committed) {
            out.printf(
                    "  At risk: offsets %d to %d are held by broker %d but not known to be committed. They will be, even"
                            + " where others were acknowledged in their place.%n",
                    committed, end - 1, recovery.survivor());
        }
        out.printf("  Lost: every record from offset %d on that %s acknowledged.%n", end, brokers(recovery.lost()));
        out.println();
    }

    /** How to go on from a dry run. */
    static void printAdvice(List<Recovery> needed, boolean all, PrintWriter out) {
        SortedSet<Integer> lost = new TreeSet<>();
        needed.forEach(recovery -> lost.addAll(recovery.lost()));
        out.println("Nothing was done. Make sure first that "
                + brokers(lost)
                + " cannot come back with the data they had: wipe their log.dirs, or see to it that they stay down.");
        String names = all ? "--all" : needed.stream().map(Recovery::name).collect(Collectors.joining(" "));
        out.println("Then: flotilla partition recover --unsafe --yes " + names);
        out.flush();
    }

    private static String brokers(Collection<Integer> ids) {
        return (ids.size() == 1 ? "broker " : "brokers ")
                + ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
