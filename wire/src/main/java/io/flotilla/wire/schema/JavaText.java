package io.flotilla.wire.schema;

/** Java source text under construction, with indentation that follows the braces. */
final class JavaText {
    private static final String INDENT = "    ";

    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** Appends one line; a line that starts with a closing brace is outdented and has no blank line before it, one that ends with an opening brace indents what follows. */
    JavaText line(String format, Object... arguments) {
        String line = arguments.length == 0 ? format : String.format(format, arguments);
        if (line.startsWith("}")) {
            depth--;
            dropBlankLine();
        }
        if (!line.isEmpty()) {
            text.append(INDENT.repeat(depth)).append(line);
        }
        text.append('\n');
        if (line.endsWith("{")) {
            depth++;
        }
        return this;
    }

    /** Appends what {@code body} appends, inside {@code if (condition)} unless that is always true. */
    JavaText when(String condition, Runnable body) {
        if (condition.equals("true")) {
            body.run();
        } else if (!condition.equals("false")) {
            line("if (%s) {", condition);
            body.run();
            line("}");
        }
        return this;
    }

    private void dropBlankLine() {
        if (text.length() > 1 && text.charAt(text.length() - 2) == '\n') {
            text.setLength(text.length() - 1);
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
