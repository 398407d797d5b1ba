package io.flotilla.wire.schema;

import io.flotilla.wire.schema.Definition.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.SourceVersion;

/** Reads definition files; the language is described in the package documentation. */
public final class SchemaParser {
    private static final int INDENT = 2;
    /** Names that generated code uses for something else. */
    private static final List<String> RESERVED =
            List.of("Builder", "ByteBuf", "Decode", "Encode", "List", "Message", "Sizes", "String", "UUID");

    private final String file;
    private final List<Line> lines;
    private int position;

    // Of the definition being parsed.
    private Versions validVersions;
    private Versions flexibleVersions;
    private Map<String, Struct> structs;

    /** A line with something on it. */
    private record Line(int number, int indent, List<String> words) {}

    private SchemaParser(String file, List<Line> lines) {
        this.file = file;
        this.lines = lines;
    }

    /**
     * Parses the text of one file.
     *
     * @param file its name, for messages
     * @throws SchemaException at the first line that does not follow the language
     */
    public static List<Definition> parse(String file, String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            int comment = line.indexOf('#');
            String code = (comment < 0 ? line : line.substring(0, comment)).stripTrailing();
            if (code.isEmpty()) {
                continue;
            }
            int indent = code.length() - code.stripLeading().length();
            if (code.indexOf('\t') >= 0 || indent % INDENT != 0) {
                throw new SchemaException(file, number, "indent by " + INDENT + " spaces, without tabs");
            }
            lines.add(new Line(number, indent, List.of(code.strip().split(" +"))));
        }
        return new SchemaParser(file, lines).definitions();
    }

    private List<Definition> definitions() {
        List<Definition> definitions = new ArrayList<>();
        while (position < lines.size()) {
            Line line = next();
            Iterator<String> words = line.words().iterator();
            switch (words.next()) {
                case "api" -> {
                    int apiKey = number(line, word(line, words, "an api key"));
                    String name = typeName(line, word(line, words, "an api name"));
                    header(line, words);
                    definitions.add(section(line, "request", Kind.REQUEST, apiKey, name + "Request"));
                    definitions.add(section(line, "response", Kind.RESPONSE, apiKey, name + "Response"));
                }
                case "data" -> {
                    String name = typeName(line, word(line, words, "a message name"));
                    header(line, words);
                    definitions.add(definition(line, Kind.DATA, -1, name));
                }
                default ->
                    throw error(
                            line,
                            "expected 'api' or 'data', not '" + line.words().get(0) + "'");
            }
        }
        return definitions;
    }

    private void header(Line line, Iterator<String> words) {
        validVersions = null;
        flexibleVersions = Versions.NONE;
        while (words.hasNext()) {
            switch (words.next()) {
                case "versions" -> validVersions = versions(line, word(line, words, "versions"));
                case "flexible" -> flexibleVersions = versions(line, word(line, words, "versions"));
                default -> throw error(line, "expected 'versions V' and 'flexible V' after the name");
            }
        }
        if (validVersions == null || validVersions.isEmpty() || validVersions.high() == Short.MAX_VALUE) {
            throw error(line, "'versions' must name a lowest and a highest version");
        }
        flexibleVersions = flexibleVersions.intersect(validVersions);
        if (!flexibleVersions.isEmpty() && flexibleVersions.high() != validVersions.high()) {
            throw error(line, "once flexible, all later versions are");
        }
    }

    private Definition section(Line api, String keyword, Kind kind, int apiKey, String name) {
        Line line = position < lines.size() ? next() : api;
        if (line.indent() != 0 || !line.words().equals(List.of(keyword))) {
            throw error(line, "expected the section '" + keyword + "'");
        }
        return definition(line, kind, apiKey, name);
    }

    private Definition definition(Line line, Kind kind, int apiKey, String name) {
        if (line.indent() != 0) {
            throw error(line, "definitions are not indented");
        }
        structs = new LinkedHashMap<>();
        Struct root = new Struct(name, validVersions, fields(INDENT, validVersions));
        if (structs.containsKey(name)) {
            throw error(line, "a struct has the name of its message " + name);
        }
        if (kind != Kind.DATA
                && root.fields().stream().anyMatch(field -> field.name().equals("apiKey"))) {
            throw error(line, "a field 'apiKey' would be hidden by the message's own apiKey()");
        }
        return new Definition(file, kind, apiKey, flexibleVersions, root, List.copyOf(structs.values()));
    }

    /** Parses the lines indented by exactly {@code indent} up to the first one indented less. */
    private List<Field> fields(int indent, Versions context) {
        Map<String, Field> fields = new LinkedHashMap<>();
        List<Integer> tags = new ArrayList<>();
        while (position < lines.size() && lines.get(position).indent() >= indent) {
            Line line = next();
            if (line.indent() > indent) {
                throw error(line, "indented too far: only the field that first uses a struct has fields below it");
            }
            Field field = new FieldLine(line, context).parse();
            if (fields.put(field.name(), field) != null) {
                throw error(line, "field '" + field.name() + "' is defined twice");
            }
            if (field.isTagged() && tags.contains(field.tag())) {
                throw error(line, "tag " + field.tag() + " is used twice");
            }
            tags.add(field.tag());
        }
        return List.copyOf(fields.values());
    }

    /** The parts of one field's line. */
    private final class FieldLine {
        private final Line line;
        private final Versions context;
        private Versions versions;
        private Versions nullable = Versions.NONE;
        private String defaultValue;
        private int tag = -1;
        private boolean ignorable;
        private boolean inflexible;

        FieldLine(Line line, Versions context) {
            this.line = line;
            this.context = context;
            this.versions = context;
        }

        Field parse() {
            Iterator<String> words = line.words().iterator();
            String name = words.next();
            if (!name.matches("[a-z][A-Za-z0-9]*") || SourceVersion.isKeyword(name)) {
                throw error(line, "'" + name + "' is not a field name (camelCase, not a word of Java)");
            }
            String typeWord = word(line, words, "a type");
            attributes(words);
            int mark = typeWord.indexOf('?');
            if (mark >= 0) {
                String range = typeWord.substring(mark + 1);
                nullable = range.isEmpty() ? versions : within(versions, versions(line, range));
                typeWord = typeWord.substring(0, mark);
            }
            Field field = new Field(name, type(typeWord), versions, nullable, defaultValue, tag, ignorable, inflexible);
            check(field);
            return field;
        }

        private void attributes(Iterator<String> words) {
            while (words.hasNext()) {
                String word = words.next();
                switch (word) {
                    case "=" -> defaultValue = word(line, words, "a default value");
                    case "tag" -> tag = number(line, word(line, words, "a tag number"));
                    case "ignorable" -> ignorable = true;
                    case "inflexible" -> inflexible = true;
                    default -> versions = within(context, versions(line, word));
                }
            }
        }

        /** {@code range} cut to {@code context}; a bound that is spelled out must lie in it. */
        private Versions within(Versions context, Versions range) {
            Versions cut = range.intersect(context);
            boolean open = range.high() == Short.MAX_VALUE;
            if (cut.isEmpty() || cut.low() != range.low() || (!open && cut.high() != range.high())) {
                throw error(line, "versions " + range + " are not within " + context);
            }
            return cut;
        }

        private Type type(String word) {
            if (word.startsWith("[]")) {
                Type element = type(word.substring(2));
                if (element instanceof Type.Array || element == Type.Scalar.RECORDS || element == Type.Scalar.BYTES) {
                    throw error(line, "no arrays of arrays, bytes or records");
                }
                return new Type.Array(element);
            }
            return Type.Scalar.named(word)
                    .<Type>map(scalar -> scalar)
                    .orElseGet(() -> new Type.Nested(struct(typeName(line, word))));
        }

        private Struct struct(String name) {
            boolean defines = position < lines.size() && lines.get(position).indent() > line.indent();
            Struct known = structs.get(name);
            if (!defines) {
                if (known == null) {
                    throw error(line, "'" + name + "' is neither a type nor a struct defined above");
                }
                if (!known.versions().covers(versions)) {
                    throw error(line, "struct " + name + " was defined for versions " + known.versions() + " only");
                }
                return known;
            }
            if (structs.containsKey(name) || RESERVED.contains(name)) {
                throw error(line, "the name " + name + " is taken");
            }
            structs.put(name, null); // reserves the name and its place in the order
            Struct struct = new Struct(name, versions, fields(line.indent() + INDENT, versions));
            structs.put(name, struct);
            return struct;
        }

        private void check(Field field) {
            boolean variable = !(field.type() instanceof Type.Scalar scalar) || scalar.fixedSize() == 0;
            if (!field.nullable().isEmpty() && !variable) {
                throw error(line, "only strings, bytes, records, arrays and structs can be null");
            }
            if (inflexible && field.type() != Type.Scalar.STRING) {
                throw error(line, "only strings can be inflexible");
            }
            if (field.type() instanceof Type.Array array
                    && MinimumSize.ofElement(array.element(), versions, flexibleVersions) == 0) {
                throw error(line, "elements without a single byte in some version cannot be counted safely");
            }
            if (field.isTagged()) {
                if (!flexibleVersions.covers(versions)) {
                    throw error(line, "a tagged field exists in flexible versions only");
                }
                if (field.type() == Type.Scalar.RECORDS
                        || (field.type() instanceof Type.Nested
                                && !field.nullable().isEmpty())) {
                    throw error(line, "records and nullable structs cannot be tagged");
                }
            }
            if (defaultValue != null && !isDefault(field)) {
                throw error(line, "'" + defaultValue + "' cannot be the default of this field");
            }
        }

        private boolean isDefault(Field field) {
            if (defaultValue.equals("null")) {
                return !field.nullable().isEmpty();
            }
            if (field.type() == Type.Scalar.BOOL) {
                return defaultValue.equals("true") || defaultValue.equals("false");
            }
            return field.type() instanceof Type.Scalar scalar && scalar.isInteger() && fits(scalar, defaultValue);
        }

        private static boolean fits(Type.Scalar scalar, String number) {
            try {
                long value = Long.parseLong(number);
                boolean signed = scalar != Type.Scalar.UINT16 && scalar != Type.Scalar.UINT32;
                int bits = 8 * scalar.fixedSize() - (signed ? 1 : 0);
                return (signed || value >= 0) && (bits == 63 || (value < 0 ? ~value : value) >>> bits == 0);
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }

    private Line next() {
        return lines.get(position++);
    }

    private String word(Line line, Iterator<String> words, String what) {
        if (!words.hasNext()) {
            throw error(line, "expected " + what + " at the end of the line");
        }
        return words.next();
    }

    private String typeName(Line line, String word) {
        if (!word.matches("[A-Z][A-Za-z0-9]*")) {
            throw error(line, "'" + word + "' is not a type (names of messages and structs are CamelCase)");
        }
        return word;
    }

    private int number(Line line, String word) {
        if (!word.matches("\\d{1,5}")) {
            throw error(line, "'" + word + "' is not a number");
        }
        return Integer.parseInt(word);
    }

    private Versions versions(Line line, String word) {
        try {
            return Versions.parse(word);
        } catch (IllegalArgumentException e) {
            throw error(line, e.getMessage());
        }
    }

    private SchemaException error(Line line, String problem) {
        return new SchemaException(file, line.number(), problem);
    }
}
