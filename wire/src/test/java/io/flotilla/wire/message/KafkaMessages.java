package io.flotilla.wire.message;

import io.flotilla.wire.schema.Definition;
import io.flotilla.wire.schema.Field;
import io.flotilla.wire.schema.Struct;
import io.flotilla.wire.schema.Type;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Kafka's own generated classes, filled by their setters, whose names are those of the fields. */
final class KafkaMessages {
    private KafkaMessages() {}

    /** Kafka's counterpart of a message of ours: the fields that {@code version} has, by name; defaults for the others. */
    static org.apache.kafka.common.protocol.Message copyOf(Message ours, Definition definition, int version) {
        return (org.apache.kafka.common.protocol.Message)
                struct(kafkaClass(definition), ours, definition.root(), version);
    }

    static byte[] write(org.apache.kafka.common.protocol.Message message, short version) {
        ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static Object read(Definition definition, byte[] bytes, short version) {
        try {
            return kafkaClass(definition)
                    .getConstructor(Readable.class, short.class)
                    .newInstance(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Class<?> kafkaClass(Definition definition) {
        for (String name : List.of(
                "org.apache.kafka.common.message." + definition.name() + "Data",
                "org.apache.kafka.common.message." + definition.name(),
                "org.apache.kafka.coordinator.group.generated." + definition.name())) {
            try {
                return Class.forName(name);
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        throw new AssertionError("Kafka has no " + definition.name());
    }

    private static Object struct(Class<?> type, Object ours, Struct struct, int version) {
        try {
            Object theirs = type.getConstructor().newInstance();
            for (Field field : struct.fields()) {
                if (field.versions().contains(version)) {
                    Method setter = setter(type, field.name());
                    setter.invoke(theirs, value(setter, RandomMessages.get(ours, field.name()), field.type(), version));
                }
            }
            return theirs;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Method setter(Class<?> type, String field) {
        String name = "set" + Character.toUpperCase(field.charAt(0)) + field.substring(1);
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " has no " + name));
    }

    private static Object value(Method setter, Object ours, Type type, int version)
            throws ReflectiveOperationException {
        Class<?> theirType = setter.getParameterTypes()[0];
        if (ours == null) {
            return null;
        }
        if (type instanceof Type.Array array) {
            return list(setter, (List<?>) ours, array.element(), version);
        }
        if (type instanceof Type.Nested nested) {
            return struct(theirType, ours, nested.struct(), version);
        }
        if (theirType == ByteBuffer.class) {
            return ByteBuffer.wrap((byte[]) ours);
        }
        return scalar(ours);
    }

    private static Object scalar(Object ours) {
        if (ours instanceof UUID uuid) {
            return new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        }
        if (ours instanceof ByteBuf records) {
            return MemoryRecords.readableRecords(ByteBuffer.wrap(ByteBufUtil.getBytes(records)));
        }
        return ours;
    }

    /** Lists of structs are either lists or collections of a class of their own. */
    @SuppressWarnings("unchecked")
    private static Collection<Object> list(Method setter, List<?> ours, Type element, int version)
            throws ReflectiveOperationException {
        Class<?> theirType = setter.getParameterTypes()[0];
        boolean plain = theirType == List.class;
        Collection<Object> theirs = plain
                ? new ArrayList<>()
                : (Collection<Object>) theirType.getConstructor().newInstance();
        ParameterizedType generic =
                (ParameterizedType) (plain ? setter.getGenericParameterTypes()[0] : theirType.getGenericSuperclass());
        Class<?> elementType = (Class<?>) generic.getActualTypeArguments()[0];
        for (Object value : ours) {
            boolean added = theirs.add(
                    element instanceof Type.Nested nested
                            ? struct(elementType, value, nested.struct(), version)
                            : scalar(value));
            if (!added) {
                throw new AssertionError("Kafka's " + theirType + " does not take " + value);
            }
        }
        return theirs;
    }
}
