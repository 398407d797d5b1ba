package io.flotilla.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.wire.schema.Definition.Kind;
import io.flotilla.wire.schema.Type.Scalar;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaParserTest {
    @Test
    void anApiIsARequestAndAResponse() {
        List<Definition> definitions = SchemaParser.parse("Ping.msg", """
                # A comment.
                api 7 Ping versions 1-4 flexible 3+

                request
                  id       int32        # and another
                  note     string?2+    = null ignorable
                  rack     string?      3+ = null tag 0

                response
                  hosts    []Host       2-3
                    name   string
                    port   uint16       = 9092
                  spare    Host?        3
                """);

        assertThat(definitions).extracting(Definition::name).containsExactly("PingRequest", "PingResponse");
        assertThat(definitions).extracting(Definition::kind).containsExactly(Kind.REQUEST, Kind.RESPONSE);
        assertThat(definitions).allSatisfy(definition -> {
            assertThat(definition.apiKey()).isEqualTo(7);
            assertThat(definition.versions()).isEqualTo(new Versions(1, 4));
            assertThat(definition.flexible()).isEqualTo(new Versions(3, 4));
        });
        Versions all = new Versions(1, 4);
        assertThat(definitions.get(0).root().fields())
                .containsExactly(
                        new Field("id", Scalar.INT32, all, Versions.NONE, null, -1, false, false),
                        new Field("note", Scalar.STRING, all, new Versions(2, 4), "null", -1, true, false),
                        new Field(
                                "rack",
                                Scalar.STRING,
                                new Versions(3, 4),
                                new Versions(3, 4),
                                "null",
                                0,
                                false,
                                false));

        Versions some = new Versions(2, 3);
        Struct host = definitions.get(1).structs().get(0);
        assertThat(host.versions()).isEqualTo(some);
        assertThat(host.fields())
                .containsExactly(
                        new Field("name", Scalar.STRING, some, Versions.NONE, null, -1, false, false),
                        new Field("port", Scalar.UINT16, some, Versions.NONE, "9092", -1, false, false));
        assertThat(definitions.get(1).root().fields())
                .extracting(Field::type)
                .containsExactly(new Type.Array(new Type.Nested(host)), new Type.Nested(host));
    }

    @Test
    void aFileMayHoldSeveralDataDefinitions() {
        List<Definition> definitions = SchemaParser.parse("Records.msg", """
                data Key versions 0
                  group  string
                data Value versions 0-1 flexible 1+
                """);

        assertThat(definitions).extracting(Definition::name).containsExactly("Key", "Value");
        assertThat(definitions).extracting(Definition::kind).containsOnly(Kind.DATA);
        assertThat(definitions.get(0).flexible()).isEqualTo(Versions.NONE);
        assertThat(definitions.get(1).root().fields()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            int23               | 'int23' is not a type (names of messages and structs are CamelCase)
            Int32               | 'Int32' is neither a type nor a struct defined above
            int32 4+            | versions 4+ are not within 0-2
            int32 1-3           | versions 1-3 are not within 0-2
            int32 sometimes     | 'sometimes' is not a version range such as 4+, 4-12 or 4
            int32 =             | expected a default value at the end of the line
            int32 = null        | 'null' cannot be the default of this field
            int8 = 128          | '128' cannot be the default of this field
            uint32 = -1         | '-1' cannot be the default of this field
            bool = 1            | '1' cannot be the default of this field
            string = none       | 'none' cannot be the default of this field
            int32 tag 0         | a tagged field exists in flexible versions only
            int32 1+ tag x      | 'x' is not a number
            records 1+ tag 0    | records and nullable structs cannot be tagged
            int32?              | only strings, bytes, records, arrays and structs can be null
            string?3+           | versions 3+ are not within 0-2
            int32 inflexible    | only strings can be inflexible
            [][]int32           | no arrays of arrays, bytes or records
            []bytes             | no arrays of arrays, bytes or records
            List                | 'List' is neither a type nor a struct defined above
            """)
    void anErrorSaysWhereAndWhat(String rest, String problem) {
        String text = "data Thing versions 0-2 flexible 1+\n\n  good int32\n  bad " + rest + "\n";

        assertThatThrownBy(() -> SchemaParser.parse("Thing.msg", text))
                .isInstanceOf(SchemaException.class)
                .hasMessage("Thing.msg:4: " + problem);
    }

    @Test
    void theLargestAndSmallestIntegersAreDefaults() {
        for (String field : List.of(
                "int8 = -128",
                "int8 = 127",
                "uint16 = 65535",
                "int32 = -2147483648",
                "uint32 = 4294967295",
                "int64 = 9223372036854775807",
                "int64 = -9223372036854775808")) {
            assertThat(SchemaParser.parse("T.msg", "data T versions 0\n  f " + field + "\n"))
                    .hasSize(1);
        }
    }

    @Test
    void structureIsChecked() {
        assertProblem("thing", 1, "expected 'api' or 'data', not 'thing'");
        assertProblem("api 1 Ping versions 0\nresponse", 2, "expected the section 'request'");
        assertProblem("api 1 Ping versions 0\nrequest", 1, "expected the section 'response'");
        assertProblem("api x Ping versions 0", 1, "'x' is not a number");
        assertProblem("data ping versions 0", 1, "'ping' is not a type (names of messages and structs are CamelCase)");
        assertProblem("data Ping", 1, "'versions' must name a lowest and a highest version");
        assertProblem("data Ping versions 0+", 1, "'versions' must name a lowest and a highest version");
        assertProblem("data Ping versions 0-3 flexible 1-2", 1, "once flexible, all later versions are");
        assertProblem("data Ping version 0", 1, "expected 'versions V' and 'flexible V' after the name");
    }

    @Test
    void indentationIsChecked() {
        assertProblem("data Ping versions 0\n   id int32", 2, "indent by 2 spaces, without tabs");
        assertProblem("data Ping versions 0\n\tid int32", 2, "indent by 2 spaces, without tabs");
        assertProblem(
                "data Ping versions 0\n  id int32\n    more int32",
                3,
                "indented too far: only the field that first uses a struct has fields below it");
    }

    @Test
    void namesAreChecked() {
        assertProblem("data Ping versions 0\n  id int32\n  id int32", 3, "field 'id' is defined twice");
        assertProblem(
                "data Ping versions 0\n  Id int32", 2, "'Id' is not a field name (camelCase, not a word of Java)");
        assertProblem(
                "data Ping versions 0\n  class int32",
                2,
                "'class' is not a field name (camelCase, not a word of Java)");
        assertProblem(
                "api 1 Ping versions 0\nrequest\n  apiKey int16\nresponse",
                2,
                "a field 'apiKey' would be hidden by the message's own apiKey()");
        assertProblem("data Ping versions 0\n  a A\n    x int8\n  b A\n    x int8", 4, "the name A is taken");
        assertProblem("data Ping versions 0\n  a List\n    x int8", 2, "the name List is taken");
        assertProblem("data Ping versions 0\n  a Ping\n    x int8", 1, "a struct has the name of its message Ping");
        assertProblem("data Ping versions 0 flexible 0+\n  a int8 tag 0\n  b int8 tag 0", 3, "tag 0 is used twice");
    }

    @Test
    void aStructIsUsedOnlyWhereItIsDefined() {
        assertProblem(
                "data Ping versions 0-3\n  a A 2+\n    x int8\n  b A", 4, "struct A was defined for versions 2-3 only");
        assertProblem("data Ping versions 0\n  a A\n    x []A", 3, "'A' is neither a type nor a struct defined above");
    }

    @Test
    void elementsMustTakeSpace() {
        assertProblem(
                "data Ping versions 0-1\n  a []A\n    x int8 1+",
                2,
                "elements without a single byte in some version cannot be counted safely");
    }

    private static void assertProblem(String text, int line, String problem) {
        assertThatThrownBy(() -> SchemaParser.parse("Ping.msg", text))
                .isInstanceOf(SchemaException.class)
                .hasMessage("Ping.msg:" + line + ": " + problem);
    }
}
