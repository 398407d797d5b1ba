package io.flotilla.broker.cli;

import io.flotilla.broker.cli.explain.Explanation;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints an explanation, for people or for programs. */
final class ExplanationFormat {
    private ExplanationFormat() {}

    /** As text. */
    static void print(Explanation explanation, PrintWriter out) {
        out.println(explanation.headline());
        Explanation.Offsets offsets = explanation.offsets();
        if (offsets != null) {
            out.printf(
                    "Offsets on broker %d: log start %d, high watermark %d, last stable %d, log end %d%n",
                    offsets.broker(),
                    offsets.logStart(),
                    offsets.highWatermark(),
                    offsets.lastStable(),
                    offsets.logEnd());
        }
        if (!explanation.replicas().isEmpty()) {
            out.println();
            table(explanation.replicas()).print(out);
        }
        if (!explanation.findings().isEmpty()) {
            out.println();
            for (Explanation.Finding finding : explanation.findings()) {
                out.println("- " + finding.text());
                if (finding.advice() != null) {
                    out.println("  What helps: " + finding.advice() + ".");
                }
            }
        }
        out.flush();
    }

    private static Table table(List<Explanation.Row> rows) {
        Table table = new Table(
                "BROKER", "ROLE", "TERM", "LAST INDEX", "SYNCED", "COMMITTED", "MATCH", "BEHIND", "LAST CONTACT");
        for (Explanation.Row row : rows) {
            table.row(
                    row.broker(),
                    row.role(),
                    orDash(row.term()),
                    orDash(row.lastIndex()),
                    orDash(row.syncedIndex()),
                    orDash(row.commitIndex()),
                    orDash(row.matchIndex()),
                    orDash(row.behind()),
                    row.silentMs() < 0 ? "-" : String.format(Locale.ROOT, "%.1f s ago", row.silentMs() / 1000.0));
        }
        return table;
    }

    private static Object orDash(long number) {
        return number < 0 ? "-" : number;
    }

    /** As JSON; numbers that nobody knows are null. */
    static String json(Explanation explanation) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("partition", explanation.partition());
        json.put(
                "verdict", explanation.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("headline", explanation.headline());
        json.put("leader", orNull(explanation.leader()));
        json.put("term", orNull(explanation.term()));
        json.put("voters", explanation.voters());
        json.put("outgoingVoters", explanation.outgoing());
        json.put("offsets", explanation.offsets() == null ? null : offsets(explanation.offsets()));
        json.put(
                "replicas",
                explanation.replicas().stream().map(ExplanationFormat::row).toList());
        json.put(
                "findings",
                explanation.findings().stream().map(ExplanationFormat::finding).toList());
        return Json.of(json);
    }

    private static Map<String, Object> offsets(Explanation.Offsets offsets) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("broker", offsets.broker());
        json.put("logStart", offsets.logStart());
        json.put("highWatermark", offsets.highWatermark());
        json.put("lastStable", offsets.lastStable());
        json.put("logEnd", offsets.logEnd());
        return json;
    }

    private static Map<String, Object> row(Explanation.Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("broker", row.broker());
        json.put("role", row.role());
        json.put("term", orNull(row.term()));
        json.put("lastIndex", orNull(row.lastIndex()));
        json.put("syncedIndex", orNull(row.syncedIndex()));
        json.put("commitIndex", orNull(row.commitIndex()));
        json.put("matchIndex", orNull(row.matchIndex()));
        json.put("behind", orNull(row.behind()));
        json.put("silentMs", orNull(row.silentMs()));
        return json;
    }

    private static Map<String, Object> finding(Explanation.Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("text", finding.text());
        json.put("advice", finding.advice());
        return json;
    }

    private static Long orNull(long number) {
        return number < 0 ? null : number;
    }
}
