package io.flotilla.bench.profile;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Collapsed stacks: a line per stack, frames from the outermost on with semicolons between, then its samples. */
public final class Collapsed {
    private static final Pattern LAMBDA_NUMBER = Pattern.compile("Lambda\\$\\d+");
    private static final Pattern ADDRESS = Pattern.compile("[./+]0x[0-9a-f]+");
    private static final int TOP = 25;
    /** Of all samples, which a stack must have to stay in the file. */
    private static final double LEAST_SHARE = 0.0005;

    private Collapsed() {}

    static Map<String, Long> parse(List<String> lines) {
        Map<String, Long> stacks = new TreeMap<>();
        for (String line : lines) {
            int space = line.lastIndexOf(' ');
            if (space > 0) {
                stacks.merge(named(line.substring(0, space)), Long.parseLong(line.substring(space + 1)), Long::sum);
            }
        }
        return stacks;
    }

    /** Without the numbers and addresses that a JVM makes up for classes of lambdas, which differ from broker to broker. */
    private static String named(String stack) {
        return ADDRESS.matcher(LAMBDA_NUMBER.matcher(stack).replaceAll("Lambda"))
                .replaceAll("");
    }

    /**
     * For readers and programs: first, as comments, the frames that have most samples themselves and those under which most
     * samples lie, then the stacks but the rarest.
     */
    public static String text(String title, Map<String, Long> stacks) {
        long all = stacks.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Long> self = new HashMap<>();
        Map<String, Long> total = new HashMap<>();
        stacks.forEach((stack, samples) -> {
            String[] frames = stack.split(";");
            self.merge(frames[frames.length - 1], samples, Long::sum);
            Set<String> once = new HashSet<>(List.of(frames).stream().collect(Collectors.toSet()));
            once.forEach(frame -> total.merge(frame, samples, Long::sum));
        });
        StringBuilder out = new StringBuilder("# " + title + ": " + all + " samples\n#\n# self, in %\n");
        top(self).forEach((frame, samples) -> append(out, frame, samples, all));
        out.append("#\n# with what they call, in %\n");
        top(total).forEach((frame, samples) -> append(out, frame, samples, all));
        out.append("#\n# stacks with at least ").append(LEAST_SHARE * 100).append(" % of the samples\n");
        stacks.entrySet().stream()
                .filter(entry -> entry.getValue() >= all * LEAST_SHARE)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> out.append(entry.getKey())
                        .append(' ')
                        .append(entry.getValue())
                        .append('\n'));
        return out.toString();
    }

    private static Map<String, Long> top(Map<String, Long> samples) {
        return samples.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (first, second) -> first, LinkedHashMap::new));
    }

    private static void append(StringBuilder out, String frame, long samples, long all) {
        out.append(String.format(Locale.ROOT, "# %5.1f  %s%n", 100.0 * samples / all, frame));
    }
}
