package io.flotilla.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.message.RandomMessages.Versioned;
import io.flotilla.wire.schema.Definition;
import io.flotilla.wire.schema.Field;
import io.flotilla.wire.schema.Struct;
import io.flotilla.wire.schema.Type;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens to values that a version cannot express. */
class VersionRulesTest {
    static Stream<Versioned> all() {
        return RandomMessages.all();
    }

    /** For every field that a version lacks, a message in which it alone has a value other than its default. */
    @ParameterizedTest
    @MethodSource("all")
    void valuesOfFieldsTheVersionLacksAreIgnoredOrRefused(Versioned message) {
        for (Lacking lacking : lacking(message, message.definition().root())) {
            Message written = (Message) lacking.message();
            if (lacking.field().ignorable()) {
                byte[] bytes = MessageBytesTest.bytes(written, message.version());
                Object without = lacking.defaults();
                assertThat(message.read(Unpooled.wrappedBuffer(bytes)))
                        .as(lacking.field().name())
                        .isEqualTo(without);
            } else {
                assertThatThrownBy(() -> written.write(Unpooled.buffer(), message.version()))
                        .as(lacking.field().name())
                        .isInstanceOf(UnwritableMessageException.class)
                        .hasMessageContaining("." + lacking.field().name() + " has a value");
            }
        }
    }

    @Test
    void nullIsRefusedAtConstructionWhereNoVersionAllowsIt() {
        assertThatThrownBy(() -> FetchRequest.builder().topics(null).build())
                .isInstanceOf(NullPointerException.class)
                .hasMessage("topics");
    }

    @Test
    void nullIsRefusedWhenWrittenInAVersionThatDoesNotAllowIt() {
        MetadataRequest everything = MetadataRequest.builder().topics(null).build();

        assertThat(MessageBytesTest.bytes(everything, (short) 1)).containsExactly(-1, -1, -1, -1);
        assertThatThrownBy(() -> everything.write(Unpooled.buffer(), (short) 0))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessage("MetadataRequest.topics is null, which this version does not allow");
    }

    @Test
    void numbersOutsideAnUnsignedTypeAreRefused() {
        Message tooBig = TaggedTypes.builder().b(65536).build();
        Message negative = TaggedTypes.builder().c(-1).build();

        assertThatThrownBy(() -> tooBig.write(Unpooled.buffer(), (short) 1)).hasMessage("65536 is not a uint16");
        assertThatThrownBy(() -> negative.write(Unpooled.buffer(), (short) 1)).hasMessage("-1 is not a uint32");
    }

    @Test
    void stringsLongerThanTheProtocolAllowsAreRefused() {
        String longest = "x".repeat(Short.MAX_VALUE);
        OffsetCommitKey fits = OffsetCommitKey.builder().topic(longest).build();
        OffsetCommitKey tooLong = OffsetCommitKey.builder().topic(longest + "x").build();

        assertThat(OffsetCommitKey.read(Unpooled.wrappedBuffer(MessageBytesTest.bytes(fits, (short) 0)), (short) 0))
                .isEqualTo(fits);
        assertThatThrownBy(() -> tooLong.write(Unpooled.buffer(), (short) 0))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessage("OffsetCommitKey.topic is a string of 32768 bytes");
    }

    @Test
    void aVersionThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> FetchRequest.builder().build().write(Unpooled.buffer(), (short) 3))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessage("FetchRequest has no version 3");
    }

    /** A message with one value that its version cannot hold, and the same message with that value left at its default. */
    private record Lacking(Field field, Object message, Object defaults) {}

    private static List<Lacking> lacking(Versioned message, Struct struct) {
        Definition definition = message.definition();
        List<Lacking> all = new ArrayList<>();
        for (Field field : struct.fields()) {
            if (!field.versions().contains(message.version())) {
                all.add(new Lacking(
                        field,
                        RandomMessages.build(definition, struct, Map.of(field.name(), notDefault(message, field))),
                        RandomMessages.build(definition, struct, Map.of())));
                continue;
            }
            Struct nested = field.type() instanceof Type.Nested type
                    ? type.struct()
                    : field.type() instanceof Type.Array array && array.element() instanceof Type.Nested type
                            ? type.struct()
                            : null;
            if (nested != null) {
                boolean list = field.type() instanceof Type.Array;
                for (Lacking below : lacking(message, nested)) {
                    all.add(new Lacking(
                            below.field(),
                            wrap(definition, struct, field, list, below.message()),
                            wrap(definition, struct, field, list, below.defaults())));
                }
            }
        }
        return all;
    }

    private static Object wrap(Definition definition, Struct struct, Field field, boolean list, Object value) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(field.name(), list ? List.of(value) : value);
        return RandomMessages.build(definition, struct, values);
    }

    /** A value of a version that has the field. */
    private static Object notDefault(Versioned message, Field field) {
        Object defaults = RandomMessages.get(
                RandomMessages.build(message.definition(), owner(message.definition(), field), Map.of()), field.name());
        for (int seed = 0; ; seed++) {
            Object value =
                    new RandomMessages(message.definition(), field.versions().low(), seed).value(field);
            if (value != null && !value.equals(defaults) && !(value instanceof byte[] bytes && bytes.length == 0)) {
                return value;
            }
        }
    }

    private static Struct owner(Definition definition, Field field) {
        return Stream.concat(Stream.of(definition.root()), definition.structs().stream())
                .filter(struct -> struct.fields().stream().anyMatch(candidate -> candidate == field))
                .findFirst()
                .orElseThrow();
    }
}
