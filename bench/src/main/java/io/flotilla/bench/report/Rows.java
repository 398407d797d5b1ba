package io.flotilla.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table: headings, and rows with a cell for each. */
public record Rows(List<String> headings, List<List<String>> rows) {
    private static final String GAP = "  ";

    public String markdown() {
        StringBuilder out = new StringBuilder();
        appendMarkdown(out, headings);
        appendMarkdown(out, headings.stream().map(heading -> "---").toList());
        rows.forEach(row -> appendMarkdown(out, row));
        return out.toString();
    }

    private static void appendMarkdown(StringBuilder out, List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** For a terminal: each column as wide as its widest cell. */
    public String text() {
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        int[] widths = new int[headings.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = row.get(i);
                line.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
