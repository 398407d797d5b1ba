package io.flotilla.bench.report;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of which some parts are made by programs: what stands between {@code <!-- begin NAME -->} and {@code <!-- end NAME -->}
 * is replaced, everything else is its writer's.
 */
public final class DocPage {
    private DocPage() {}

    /** Puts a part into a file; a file without it, or no file, gets it at its end. */
    public static void put(Path file, String name, String content) throws IOException {
        String page = Files.exists(file) ? Files.readString(file) : "";
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        Files.writeString(file, with(page, name, content));
    }

    static String with(String page, String name, String content) {
        String begin = "<!-- begin " + name + " -->";
        String end = "<!-- end " + name + " -->";
        String part = begin + "\n\n" + content.strip() + "\n\n" + end;
        int from = page.indexOf(begin);
        if (from < 0) {
            String gap = page.isEmpty() ? "" : page.endsWith("\n") ? "\n" : "\n\n";
            return page + gap + part + "\n";
        }
        int to = page.indexOf(end, from);
        if (to < 0) {
            throw new CommandException("the page has '" + begin + "' but no '" + end + "' after it; add it");
        }
        return page.substring(0, from) + part + page.substring(to + end.length());
    }
}
