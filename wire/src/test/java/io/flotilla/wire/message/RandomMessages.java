package io.flotilla.wire.message;

import io.flotilla.wire.schema.Definition;
import io.flotilla.wire.schema.Field;
import io.flotilla.wire.schema.Generator;
import io.flotilla.wire.schema.Struct;
import io.flotilla.wire.schema.Type;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** Fills generated messages, driven by their definitions, with contents that depend on a seed only. */
final class RandomMessages {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz-._0123456789äßΩ漢😀";

    private final Definition definition;
    private final int version;
    private final Random random;

    RandomMessages(Definition definition, int version, long seed) {
        this.definition = definition;
        this.version = version;
        this.random = new Random(seed);
    }

    /** Every message that Kafka has too, those of its tests included, in every version. */
    static Stream<Versioned> kafkas() {
        return Stream.of("src/main/schema/kafka", "src/test/schema/kafka")
                .flatMap(directory -> definitions(directory).stream())
                .flatMap(RandomMessages::versions);
    }

    /** Every message in every version. */
    static Stream<Versioned> all() {
        return Stream.of("src/main/schema", "src/test/schema")
                .flatMap(directory -> definitions(directory).stream())
                .flatMap(RandomMessages::versions);
    }

    static Stream<Versioned> versions(Definition definition) {
        return Stream.iterate(
                        definition.versions().low(),
                        v -> v <= definition.versions().high(),
                        v -> v + 1)
                .map(v -> new Versioned(definition, v.shortValue()));
    }

    record Versioned(Definition definition, short version) {
        Message random(long seed) {
            return new RandomMessages(definition, version, seed).message();
        }

        Message read(ByteBuf in) {
            return RandomMessages.read(definition, in, version);
        }

        @Override
        public String toString() {
            return definition.name() + " v" + version;
        }
    }

    /** A message whose fields of this version are random, and all others at their default. */
    Message message() {
        return (Message) struct(definition.root());
    }

    /** Calls the generated {@code read}. */
    static Message read(Definition definition, ByteBuf in, short version) {
        try {
            return (Message) javaClass(definition, definition.root())
                    .getMethod("read", ByteBuf.class, short.class)
                    .invoke(null, in, version);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A record of {@code struct} with the given values, and defaults for all other components. */
    static Record build(Definition definition, Struct struct, Map<String, Object> values) {
        try {
            Class<?> type = javaClass(definition, struct);
            Object builder = type.getMethod("builder").invoke(null);
            Object defaults = builder.getClass().getMethod("build").invoke(builder);
            RecordComponent[] components = type.getRecordComponents();
            Object[] arguments = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                arguments[i] = values.containsKey(name)
                        ? values.get(name)
                        : components[i].getAccessor().invoke(defaults);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (Record) type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** The value of one component. */
    static Object get(Object message, String component) {
        try {
            return message.getClass().getMethod(component).invoke(message);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Class<?> javaClass(Definition definition, Struct struct) throws ClassNotFoundException {
        String name = Message.class.getPackageName() + "." + definition.name();
        return Class.forName(struct == definition.root() ? name : name + "$" + struct.name());
    }

    private Object struct(Struct struct) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Field field : struct.fields()) {
            if (field.versions().contains(version)) {
                values.put(field.name(), value(field));
            }
        }
        return build(definition, struct, values);
    }

    /** A random value for a field, which differs from its default more often than not. */
    Object value(Field field) {
        if (field.nullable().contains(version) && random.nextInt(4) == 0) {
            return null;
        }
        return value(field.type());
    }

    private Object value(Type type) {
        if (type instanceof Type.Array array) {
            List<Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(value(array.element()));
            }
            return list;
        }
        return type instanceof Type.Nested nested ? struct(nested.struct()) : scalar((Type.Scalar) type);
    }

    private Object scalar(Type.Scalar scalar) {
        return switch (scalar) {
            case BOOL -> random.nextBoolean();
            case INT8 -> (byte) random.nextInt();
            case INT16 -> (short) random.nextInt();
            case UINT16 -> random.nextInt() & 0xffff;
            case INT32 -> random.nextInt();
            case UINT32 -> random.nextLong() & 0xffff_ffffL;
            case INT64 -> random.nextLong();
            case FLOAT64 -> random.nextGaussian();
            case UUID -> new UUID(random.nextLong(), random.nextLong());
            case STRING -> string();
            case BYTES -> bytes();
            case RECORDS -> Unpooled.wrappedBuffer(bytes());
        };
    }

    private String string() {
        int[] letters = ALPHABET.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = length(); i > 0; i--) {
            text.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[length()];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Mostly short; sometimes so long that a compact length takes two bytes. */
    private int length() {
        return random.nextInt(10) == 0 ? 100 + random.nextInt(100) : random.nextInt(12);
    }

    private static List<Definition> definitions(String directory) {
        try {
            return Generator.definitions(Path.of(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
