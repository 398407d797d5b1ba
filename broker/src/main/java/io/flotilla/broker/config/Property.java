package io.flotilla.broker.config;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One property a user may set: its name, how its value is written, what is allowed, its default and its meaning.
 * Immutable. Built by one of the static methods; {@code doc} ends the definition:
 *
 * <pre>{@code
 * Property<Integer> NUM_PARTITIONS =
 *         Property.integer("num.partitions").range(1, 10_000).byDefault("1").doc("Partitions of a topic ...");
 * }</pre>
 *
 * @param <T> the value as the program reads it
 */
public final class Property<T> {
    private final String name;
    private final ValueType type;
    private final Function<String, T> parser;
    private final String allowed;
    private final String defaultText;
    private final T defaultValue;
    private final boolean required;
    private final boolean dynamic;
    private final String doc;

    private Property(Draft<T> draft, String doc) {
        this.name = draft.name;
        this.type = draft.type;
        this.parser = draft.parser;
        this.allowed = draft.allowed;
        this.required = draft.required;
        this.dynamic = draft.dynamic;
        this.doc = doc;
        this.defaultText = draft.defaultText;
        this.defaultValue = defaultText == null ? null : parse(defaultText);
    }

    public String name() {
        return name;
    }

    public ValueType type() {
        return type;
    }

    /** What a value may be, in words: {@code 1 to 10000}, {@code true or false}. */
    public String allowed() {
        return allowed;
    }

    /** The default as a user would write it, or null when the property is unset unless somebody sets it. */
    public String defaultText() {
        return defaultText;
    }

    /** The default, or null. */
    public T defaultValue() {
        return defaultValue;
    }

    /** True when there is no default and the property must be set. */
    public boolean required() {
        return required;
    }

    /** True when the property can be changed while brokers run, for the whole cluster or for one broker. */
    public boolean dynamic() {
        return dynamic;
    }

    public String doc() {
        return doc;
    }

    /**
     * The value for a text as a user writes it; surrounding blanks do not count.
     *
     * @throws IllegalArgumentException saying what is allowed
     */
    public T parse(String text) {
        String trimmed = text.trim();
        try {
            return parser.apply(trimmed);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + trimmed + "' is not allowed; must be " + allowed, e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** {@code true} or {@code false}. */
    public static Draft<Boolean> bool(String name) {
        return choice(name, ValueType.BOOLEAN, List.of("true", "false"), Boolean::valueOf);
    }

    /** A whole number of 32 bits; give its {@link Draft#range}. */
    public static Draft<Integer> integer(String name) {
        return new Draft<>(name, ValueType.INT, "a whole number", Integer::valueOf);
    }

    /** A whole number of 64 bits; give its {@link Draft#range}. */
    public static Draft<Long> longInteger(String name) {
        return new Draft<>(name, ValueType.LONG, "a whole number", Long::valueOf);
    }

    /** A number that need not be whole; give its {@link Draft#range}. */
    public static Draft<Double> decimal(String name) {
        return new Draft<>(name, ValueType.DOUBLE, "a number", Double::valueOf);
    }

    /** Any text that is not empty. */
    public static Draft<String> text(String name) {
        return parsed(name, ValueType.STRING, "a text that is not empty", text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("must not be empty; remove the line to leave it unset");
            }
            return text;
        });
    }

    /** One of some words. */
    public static Draft<String> oneOf(String name, String... words) {
        return choice(name, ValueType.STRING, List.of(words), Function.identity());
    }

    /** Words from a fixed set, comma-separated, at least one; doubles do not count. */
    public static Draft<List<String>> someOf(String name, String... words) {
        List<String> known = List.of(words);
        String allowed = "a comma-separated list of " + join(known);
        return parsed(name, ValueType.LIST, allowed, text -> {
            List<String> items = Arrays.stream(text.split(",", -1))
                    .map(String::trim)
                    .distinct()
                    .toList();
            if (!known.containsAll(items)) {
                throw new IllegalArgumentException("'" + text + "' is not allowed; must be " + allowed);
            }
            return items;
        });
    }

    /**
     * Whatever the parser makes of the text.
     *
     * @param allowed what a value may be, in words
     * @param parser throws IllegalArgumentException, saying what is wrong, for a text that it refuses
     */
    public static <T> Draft<T> parsed(String name, ValueType type, String allowed, Function<String, T> parser) {
        return new Draft<>(name, type, allowed, parser);
    }

    private static <T> Draft<T> choice(String name, ValueType type, List<String> words, Function<String, T> parser) {
        String allowed = join(words);
        return parsed(name, type, allowed, text -> {
            if (!words.contains(text)) {
                throw new IllegalArgumentException("'" + text + "' is not allowed; must be " + allowed);
            }
            return parser.apply(text);
        });
    }

    private static String join(List<String> words) {
        return words.stream().collect(Collectors.joining(" or "));
    }

    /** A definition that is not finished. Used by one thread, once. */
    public static final class Draft<T> {
        private final String name;
        private final ValueType type;
        private Function<String, T> parser;
        private String allowed;
        private String defaultText;
        private boolean required;
        private boolean dynamic;

        private Draft(String name, ValueType type, String allowed, Function<String, T> parser) {
            this.name = Objects.requireNonNull(name);
            this.type = type;
            this.allowed = allowed;
            this.parser = parser;
        }

        /** Allows numbers from {@code min} to {@code max}, both included. */
        public Draft<T> range(long min, long max) {
            boolean openEnded = max == (type == ValueType.INT ? Integer.MAX_VALUE : Long.MAX_VALUE);
            allowed = openEnded ? min + " or more" : min + " to " + max;
            Function<String, T> number = parser;
            parser = text -> {
                T value = number.apply(text);
                double size = ((Number) value).doubleValue();
                if (!(size >= min && size <= max)) {
                    throw new NumberFormatException();
                }
                return value;
            };
            return this;
        }

        /** The value while nobody sets the property, written as a user would. */
        public Draft<T> byDefault(String text) {
            defaultText = text;
            return this;
        }

        /** There is no sensible default: the property must be set. */
        public Draft<T> mustBeSet() {
            required = true;
            return this;
        }

        /** Can be changed while brokers run. */
        public Draft<T> changeable() {
            dynamic = true;
            return this;
        }

        /** Ends the definition with what the property means: a sentence or two, with units. */
        public Property<T> doc(String doc) {
            return new Property<>(this, doc);
        }
    }
}
