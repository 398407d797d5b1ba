package io.flotilla.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A picture of some curves over the same axis: a chart per figure, a colour per system. The axis is logarithmic, values begin at 0. */
public final class LineCharts {
    private static final int CHART_WIDTH = 380;
    private static final int CHART_HEIGHT = 240;
    private static final int COLUMNS = 2;
    private static final int TOP = 50;
    private static final int LEFT_MARGIN = 60;
    private static final int RIGHT_MARGIN = 20;
    private static final int TITLE_HEIGHT = 24;
    private static final int AXIS_HEIGHT = 40;
    private static final int GRID_LINES = 4;
    private static final String GREY = "#ccc";
    private static final List<String> COLOURS = List.of("#0a6ebd", "#d9480f", "#2b8a3e", "#862e9c");

    private final String title;
    private final String axis;
    private final List<Chart> charts = new ArrayList<>();

    private record Chart(String title, Map<String, SortedMap<Double, Double>> curves) {}

    /** @param axis what the numbers along the bottom are */
    public LineCharts(String title, String axis) {
        this.title = title;
        this.axis = axis;
    }

    /** Adds a chart with a curve per system, points by their place on the axis, which is above 0. */
    public void add(String chartTitle, Map<String, SortedMap<Double, Double>> curves) {
        charts.add(new Chart(chartTitle, curves));
    }

    public String svg() {
        int rows = (charts.size() + COLUMNS - 1) / COLUMNS;
        Svg svg = new Svg(COLUMNS * CHART_WIDTH, TOP + rows * CHART_HEIGHT);
        svg.heading(10, 20, title);
        int legendX = 10;
        int colour = 0;
        for (String system :
                charts.isEmpty() ? List.<String>of() : charts.get(0).curves().keySet()) {
            svg.dot(legendX + 4, 36, COLOURS.get(colour++ % COLOURS.size()), system);
            svg.text(legendX + 12, 40, "start", system);
            legendX += 30 + 7 * system.length();
        }
        for (int i = 0; i < charts.size(); i++) {
            draw(svg, charts.get(i), i % COLUMNS * CHART_WIDTH, TOP + i / COLUMNS * CHART_HEIGHT);
        }
        return svg.finish();
    }

    /** Where values lie in the picture. */
    private record Frame(double left, double top, double width, double height, double first, double last, double most) {
        double x(double at) {
            return last > first
                    ? left + width * (Math.log(at) - Math.log(first)) / (Math.log(last) - Math.log(first))
                    : left + width / 2;
        }

        double y(double value) {
            return top + height - height * value / most;
        }
    }

    private void draw(Svg svg, Chart chart, int x, int y) {
        SortedMap<Double, Double> all = new TreeMap<>();
        double most = 0;
        for (SortedMap<Double, Double> curve : chart.curves().values()) {
            all.putAll(curve);
            most = Math.max(
                    most,
                    curve.values().stream().mapToDouble(value -> value).max().orElse(0));
        }
        svg.text(x + LEFT_MARGIN, y + 16, "start", chart.title());
        if (all.isEmpty()) {
            return;
        }
        Frame frame = new Frame(
                x + LEFT_MARGIN,
                y + TITLE_HEIGHT,
                CHART_WIDTH - LEFT_MARGIN - RIGHT_MARGIN,
                CHART_HEIGHT - TITLE_HEIGHT - AXIS_HEIGHT,
                all.firstKey(),
                all.lastKey(),
                roundedUp(most));
        drawAxes(svg, frame, all);
        int colour = 0;
        for (SortedMap<Double, Double> curve : chart.curves().values()) {
            drawCurve(svg, frame, curve, COLOURS.get(colour++ % COLOURS.size()));
        }
    }

    private void drawAxes(Svg svg, Frame frame, SortedMap<Double, Double> points) {
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = frame.most() * i / GRID_LINES;
            svg.line(frame.left(), frame.y(value), frame.left() + frame.width(), frame.y(value), GREY);
            svg.text(frame.left() - 5, frame.y(value) + 4, "end", Numbers.text(value));
        }
        double bottom = frame.top() + frame.height();
        double free = frame.left() - 1;
        for (double at : points.keySet()) {
            String label = Numbers.text(at);
            double half = 3.5 * label.length();
            if (frame.x(at) - half > free) {
                svg.text(frame.x(at), bottom + 14, "middle", label);
                free = frame.x(at) + half;
            }
        }
        svg.text(frame.left() + frame.width() / 2, bottom + 30, "middle", axis);
    }

    private static void drawCurve(Svg svg, Frame frame, SortedMap<Double, Double> curve, String colour) {
        Double before = null;
        for (Map.Entry<Double, Double> point : curve.entrySet()) {
            double x = frame.x(point.getKey());
            double y = frame.y(point.getValue());
            if (before != null) {
                svg.line(frame.x(before), frame.y(curve.get(before)), x, y, colour);
            }
            svg.dot(x, y, colour, Numbers.text(point.getKey()) + ": " + Numbers.text(point.getValue()));
            before = point.getKey();
        }
    }

    /** The next of 1, 2, 4, 5, 8, 10 times a power of ten. */
    static double roundedUp(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 4, 5, 8}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }
}
