package io.flotilla.wire.schema;

/** An inclusive range of versions; empty when {@code high < low}. */
public record Versions(int low, int high) {
    /** No version at all. */
    public static final Versions NONE = new Versions(0, -1);

    /** Parses {@code 4+}, {@code 4-12}, {@code 4} or {@code none}. */
    public static Versions parse(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        if (!text.matches("\\d{1,4}(\\+|-\\d{1,4})?")) {
            throw new IllegalArgumentException("'" + text + "' is not a version range such as 4+, 4-12 or 4");
        }
        if (text.endsWith("+")) {
            return new Versions(Integer.parseInt(text.substring(0, text.length() - 1)), Short.MAX_VALUE);
        }
        int dash = text.indexOf('-');
        if (dash < 0) {
            return new Versions(Integer.parseInt(text), Integer.parseInt(text));
        }
        return new Versions(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    public boolean isEmpty() {
        return high < low;
    }

    public boolean contains(int version) {
        return low <= version && version <= high;
    }

    /** Whether every version of {@code other} is in this range. */
    public boolean covers(Versions other) {
        return other.isEmpty() || (low <= other.low && other.high <= high);
    }

    /** The versions in both ranges. */
    public Versions intersect(Versions other) {
        Versions both = new Versions(Math.max(low, other.low), Math.min(high, other.high));
        return both.isEmpty() ? NONE : both;
    }

    @Override
    public String toString() {
        if (isEmpty()) {
            return "none";
        }
        if (low == high) {
            return Integer.toString(low);
        }
        return high == Short.MAX_VALUE ? low + "+" : low + "-" + high;
    }
}
