package io.flotilla.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PicturesTest {
    private static Element parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    private static Element withTooltip(Element svg, String name, String beginning) {
        NodeList elements = svg.getElementsByTagName(name);
        for (int i = 0; i < elements.getLength(); i++) {
            if (elements.item(i).getTextContent().startsWith(beginning)) {
                return (Element) elements.item(i);
            }
        }
        throw new AssertionError("no " + name + " '" + beginning + "'");
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void framesAreAsWideAsTheirShareAndLieOnTheirCallers() throws Exception {
        Map<String, Long> stacks =
                new TreeMap<>(Map.of("main;io/flotilla/A.run;write", 30L, "main;java/B.<init>", 10L));

        Element svg = parsed(FlameGraph.svg("A \"title\" & more", stacks));

        Element main = withTooltip(svg, "rect", "main: 100.0 %, 40 samples");
        Element ours = withTooltip(svg, "rect", "io/flotilla/A.run: 75.0 %");
        Element init = withTooltip(svg, "rect", "java/B.<init>: 25.0 %");
        Element write = withTooltip(svg, "rect", "write: 75.0 %");
        assertThat(number(ours, "width")).isEqualTo(899.5);
        assertThat(number(init, "x")).isEqualTo(900);
        assertThat(number(ours, "y")).isLessThan(number(main, "y"));
        assertThat(number(write, "y")).isLessThan(number(ours, "y"));
    }

    @Test
    void framesTooNarrowToSeeAreLeftOut() throws Exception {
        Map<String, Long> stacks = Map.of("wide", 100_000L, "narrow", 1L);

        assertThat(FlameGraph.svg("title", stacks)).contains("wide").doesNotContain("narrow");
    }

    @Test
    void aProfileWithoutSamplesIsAPictureToo() throws Exception {
        assertThat(parsed(FlameGraph.svg("title", Map.of())).getTagName()).isEqualTo("svg");
    }

    @Test
    void ofLongNamesTheEndIsShown() {
        assertThat(FlameGraph.shortened("io/flotilla/log/Flusher.round", 40)).isEqualTo("Flusher.round");
        assertThat(FlameGraph.shortened("io/flotilla/log/Flusher.round", 8)).isEqualTo("Flushe..");
        assertThat(FlameGraph.shortened("fdatasync", 20)).isEqualTo("fdatasync");
    }

    @Test
    void curvesRiseWithTheirValuesOnALogarithmicAxis() throws Exception {
        LineCharts charts = new LineCharts("By partitions", "partitions");
        SortedMap<Double, Double> curve = new TreeMap<>(Map.of(1.0, 10.0, 10.0, 20.0, 100.0, 40.0));
        charts.add("mb_s, MB/s", Map.of("Flotilla", curve));

        Element svg = parsed(charts.svg());

        Element first = withTooltip(svg, "circle", "1: 10");
        Element second = withTooltip(svg, "circle", "10: 20");
        Element third = withTooltip(svg, "circle", "100: 40");
        double step = number(second, "cx") - number(first, "cx");
        assertThat(number(third, "cx") - number(second, "cx")).isEqualTo(step);
        assertThat(number(third, "cy")).isLessThan(number(second, "cy")).isLessThan(number(first, "cy"));
    }

    @Test
    void scalesEndAtRoundNumbers() {
        assertThat(LineCharts.roundedUp(0)).isEqualTo(1);
        assertThat(LineCharts.roundedUp(37)).isEqualTo(40);
        assertThat(LineCharts.roundedUp(0.051)).isEqualTo(0.08);
        assertThat(LineCharts.roundedUp(900)).isEqualTo(1000);
    }
}
