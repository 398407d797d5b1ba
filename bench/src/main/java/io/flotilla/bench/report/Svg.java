package io.flotilla.bench.report;

import java.util.Locale;

/** Writes the few elements of SVG that our pictures are made of. Lengths are pixels. */
final class Svg {
    private final StringBuilder out = new StringBuilder();

    Svg(int width, int height) {
        append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"11\">%n",
                width, height, width, height);
        append("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%n");
    }

    void rect(double x, double y, double width, double height, String fill, String tooltip) {
        append(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">"
                        + "<title>%s</title></rect>%n",
                x, y, width, height, fill, escaped(tooltip));
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        append("<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>%n", x1, y1, x2, y2, colour);
    }

    void dot(double x, double y, String fill, String tooltip) {
        append(
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s</title></circle>%n",
                x, y, fill, escaped(tooltip));
    }

    /** @param anchor start, middle or end: which point of the text is at x */
    void text(double x, double y, String anchor, String text) {
        append("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped(text));
    }

    void heading(double x, double y, String text) {
        append("<text x=\"%.1f\" y=\"%.1f\" font-size=\"14\" font-weight=\"bold\">%s</text>%n", x, y, escaped(text));
    }

    String finish() {
        return out + "</svg>\n";
    }

    private void append(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
