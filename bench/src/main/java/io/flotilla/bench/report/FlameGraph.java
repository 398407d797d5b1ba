package io.flotilla.bench.report;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A picture of collapsed stacks: each frame as wide as its share of all samples, callers below those they call. */
public final class FlameGraph {
    private static final int WIDTH = 1200;
    private static final int ROW = 16;
    private static final int TOP = 30;
    /** Frames narrower than this, in pixels, are left out: nobody could read or hit them. */
    private static final double LEAST_WIDTH = 2.4;

    private static final double CHARACTER_WIDTH = 6.2;

    private final Node root = new Node("all");

    private static final class Node {
        final String name;
        final SortedMap<String, Node> callees = new TreeMap<>();
        long samples;

        Node(String name) {
            this.name = name;
        }
    }

    /** @param stacks samples by stack, frames from the outermost on with semicolons between */
    public static String svg(String title, Map<String, Long> stacks) {
        FlameGraph graph = new FlameGraph();
        stacks.forEach(graph::add);
        return graph.draw(title);
    }

    private void add(String stack, long samples) {
        root.samples += samples;
        Node node = root;
        for (String frame : stack.split(";")) {
            node = node.callees.computeIfAbsent(frame, Node::new);
            node.samples += samples;
        }
    }

    private String draw(String title) {
        int depth = depth(root);
        Svg svg = new Svg(WIDTH, TOP + depth * ROW + ROW);
        svg.heading(10, 20, title);
        draw(svg, root, 0, TOP + (depth - 1) * ROW);
        return svg.finish();
    }

    private double width(Node node) {
        return root.samples == 0 ? 0 : (double) WIDTH * node.samples / root.samples;
    }

    private int depth(Node node) {
        int deepest = 0;
        for (Node callee : node.callees.values()) {
            if (width(callee) >= LEAST_WIDTH) {
                deepest = Math.max(deepest, depth(callee));
            }
        }
        return deepest + 1;
    }

    private void draw(Svg svg, Node node, double x, int y) {
        double share = root.samples == 0 ? 0 : 100.0 * node.samples / root.samples;
        String tooltip = String.format(Locale.ROOT, "%s: %.1f %%, %d samples", node.name, share, node.samples);
        svg.rect(x, y, Math.max(0, width(node) - 0.5), ROW - 1, colour(node.name), tooltip);
        int room = (int) (width(node) / CHARACTER_WIDTH) - 1;
        if (room >= 3) {
            svg.text(x + 3, y + 11, "start", shortened(node.name, room));
        }
        double calleeX = x;
        for (Node callee : node.callees.values()) {
            if (width(callee) >= LEAST_WIDTH) {
                draw(svg, callee, calleeX, y - ROW);
                calleeX += width(callee);
            }
        }
    }

    /** The end of a Java name says most. */
    static String shortened(String name, int room) {
        String simple = name;
        if (name.contains("/") || name.contains(".")) {
            String[] parts = name.split("[/.]");
            simple = parts.length >= 2 ? parts[parts.length - 2] + "." + parts[parts.length - 1] : name;
        }
        return simple.length() <= room ? simple : simple.substring(0, room - 2) + "..";
    }

    /** Ours blue, other Java green, what is not Java orange; a little different by name, and always the same. */
    private static String colour(String name) {
        int shade = Math.floorMod(name.hashCode(), 30);
        if (name.startsWith("io/flotilla") || name.startsWith("io.flotilla")) {
            return String.format(Locale.ROOT, "rgb(%d,%d,235)", 120 + shade, 175 + shade);
        }
        boolean java = name.contains("/") || name.contains(".");
        return java
                ? String.format(Locale.ROOT, "rgb(%d,215,%d)", 140 + shade, 120 + shade)
                : String.format(Locale.ROOT, "rgb(245,%d,%d)", 165 + shade, 90 + shade);
    }
}
