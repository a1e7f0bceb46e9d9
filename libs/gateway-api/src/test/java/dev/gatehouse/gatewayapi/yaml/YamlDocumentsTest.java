package dev.gatehouse.gatewayapi.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** YAML as kubectl takes it. */
class YamlDocumentsTest {
    /** Texts, and what kubectl's reader (sigs.k8s.io/yaml 1.6.0, YAMLToJSON) makes of them, as a tree is shown; "!": an error. */
    static Stream<Arguments> asKubectl() {
        return Stream.of(
                // Merge keys, in their order.
                Arguments.of("a: 1\n<<: {a: 2, b: 3}\n", "{a=2, b=3}"),
                Arguments.of("<<: {a: 2, b: 3}\na: 1\n", "{a=1, b=3}"),
                Arguments.of(
                        "x: &x {a: 1}\nw: &w {a: 2, b: 2}\nz:\n  <<: [*x, *w]\n",
                        "{x={a=1}, w={a=2, b=2}, z={a=1, b=2}}"),
                Arguments.of("<<: {a: 1}\n<<: {b: 1}\n", "{a=1, b=1}"),
                Arguments.of("\"<<\": {a: 1}\n", "{<<={a=1}}"),
                Arguments.of("x: &x {a: 1}\nz: {<<: *x, b: 2}\n", "{x={a=1}, z={a=1, b=2}}"),
                Arguments.of("<<: 5\n", "!"),
                Arguments.of("<<: [5]\n", "!"),
                // Aliases.
                Arguments.of("a: &x\t1\nb: *x\t\n", "{a=1, b=1}"),
                Arguments.of("a: &a [*a]\n", "!"),
                Arguments.of("a: *a\n", "!"),
                // Names.
                Arguments.of("on: 1\n010: 2\n1.5: 3\n", "{true=1, 8=2, 1.5=3}"),
                Arguments.of("? a\n: b\n", "{a=b}"),
                // Scalars.
                Arguments.of(
                        "a: [080, 0o10, 1e3, 1.0, 1_000, 0x1F, 0b11, +5, -0b11, .5, 010, 08, 1e400]\n",
                        "{a=[80, 8, 1000, 1, 1000, 31, 3, 5, -3, 0.5, 8, 8, 1e400]}"),
                Arguments.of(
                        "a: [99999999999999999999, 12:30, 2001-01-01]\n",
                        "{a=[99999999999999999999, 12:30, 2001-01-01]}"),
                Arguments.of("a: [y, Yes, oN, off, NO, ON, n]\n", "{a=[true, true, oN, false, false, true, false]}"),
                Arguments.of("a: ['y', \"5\", ~, null, Null]\n", "{a=[y, 5, null, null, null]}"),
                Arguments.of("a: !!int \"5\"\nb: !!str 5\nc: !foo 5\nd: !!bool \"yes\"\n", "{a=5, b=5, c=5, d=true}"),
                Arguments.of("a: !!binary aGk=\n", "{a=hi}"),
                Arguments.of("a: ~\nb:\nc: null\n", "{a=null, b=null, c=null}"),
                // Tabs.
                Arguments.of("a:\t1\n", "{a=1}"),
                Arguments.of("a: {b:\t1,\n\tc: 2}\n", "{a={b=1, c=2}}"),
                Arguments.of("a: b\t# c\n", "{a=b}"),
                Arguments.of("{\n\t\"a\":\t[1,\t2]\n}\n", "{a=[1, 2]}"),
                Arguments.of("a: \"x\ty\"\nb: x\ty\n", "{a=x\ty, b=x\ty}"),
                Arguments.of("a: |\n  x\n  \ty\nb:\t2\n", "{a=x\n\ty\n, b=2}"),
                Arguments.of("a:\t|\n  x\n", "{a=x\n}"),
                Arguments.of("- |\n \tx\n- >-\n  y\n  \tz\n", "[\tx\n, y\n\tz]"),
                Arguments.of("a:\n  - b:\t1\n    c:\t2\n", "{a=[{b=1, c=2}]}"),
                Arguments.of("a: 'it''s'\t\n", "{a=it's}"),
                Arguments.of("a: '1\n\t2'\n", "{a=1 2}"),
                Arguments.of("{a: it's,\tb: [x\ty,\t'{\t']}\n", "{a=it's, b=[x\ty, {\t]}"),
                Arguments.of("a: x#\ty\nb:\t\"#\t\"\t#\t\"\n", "{a=x#\ty, b=#\t}"),
                Arguments.of("-\ta\n", "!"),
                Arguments.of("\ta: 1\n", "!"),
                Arguments.of("a:\n\tb: 1\n", "!"),
                // Documents.
                Arguments.of("\ufeffa: 1\n", "{a=1}"),
                Arguments.of("a: 1\n...\n", "{a=1}"),
                Arguments.of("--- \r\na: 1\r\n", "{a=1}"),
                Arguments.of("# nothing\n", ""));
    }

    @ParameterizedTest
    @MethodSource
    void asKubectl(String text, String shown) {
        assertThat(show(YamlDocuments.read("f", text))).isEqualTo(shown);
    }

    @ParameterizedTest
    @MethodSource("asKubectl")
    void lineEndsOfWindowsChangeNothing(String text, String shown) {
        assertThat(show(YamlDocuments.read("f", text.replace("\r", "").replace("\n", "\r\n"))))
                .isEqualTo(shown);
    }

    @Test
    void documentsAreSeparatedAsKubectlDoes() {
        String text = "a: 1\n--- # one\nb: 2\n---\n---\n# empty\n--- {c: 3}\n-----\nd: 4\n...\ne: 5\n---\t\nf: 6";
        YamlDocuments read = YamlDocuments.read("f", text);
        assertThat(read.problems()).isEmpty();
        assertThat(read.documents().stream().map(Trees::of).toList())
                .containsExactly(
                        Map.of("a", 1L),
                        Map.of("b", 2L),
                        Map.of("c", 3L),
                        Map.of("d", 4L),
                        Map.of("e", 5L),
                        Map.of("f", 6L));
        assertThat(read.documents().stream().map(each -> each.location().line()))
                .containsExactly(1, 3, 7, 9, 11, 13);
    }

    @Test
    void jsonObjectsMayFollowEachOtherWithoutASeparator() {
        YamlDocuments read =
                YamlDocuments.read("f", "{\"a\": \"}{\\\"{\"}\n{\n\t\"b\": {\"c\": 2}} {\"d\":\n3}{}\n{\"e\": }");
        assertThat(read.documents().stream().map(Trees::of).toList())
                .containsExactly(
                        Map.of("a", "}{\"{"), Map.of("b", Map.of("c", 2L)), Map.of("d", 3L), Map.of(), nothing("e"));
        assertThat(read.documents().stream().map(Node::location))
                .containsExactly(
                        new Location("f", 1, 1),
                        new Location("f", 2, 1),
                        new Location("f", 3, 17),
                        new Location("f", 4, 3),
                        new Location("f", 5, 1));
    }

    @Test
    void aFieldThatComesByAMergeKeyStandsWhereItIsWritten() {
        Node.Mapping document = YamlDocuments.read("f", "x: &x\n  port: a\nz:\n- <<: *x\n  name: b\n")
                .documents()
                .getFirst();
        assertThat(document.locate("z[0].port")).isEqualTo(new Location("f", 2, 3));
        assertThat(document.locate("z[0].name")).isEqualTo(new Location("f", 5, 3));
    }

    @Test
    void aFieldAfterATabStandsWhereItIsWritten() {
        Node.Mapping document =
                YamlDocuments.read("f", "{\n\t\"a\":\t{\"b\":\t1}}").documents().getFirst();
        assertThat(document.locate("a.b")).isEqualTo(new Location("f", 2, 8));
    }

    @Test
    void anAnchorMayBeUsedOften() {
        StringBuilder text = new StringBuilder("x: &x {a: 1}\nz:\n");
        IntStream.range(0, 1000).forEach(_ -> text.append("- *x\n"));
        YamlDocuments read = YamlDocuments.read("f", text.toString());
        assertThat(read.problems()).isEmpty();
        assertThat(read.documents()).hasSize(1);
    }

    @Test
    void aliasesThatMultiplyAreRefused() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        IntStream.range(1, 12)
                .forEach(i -> text.append("a%d: &a%d [%s]\n"
                        .formatted(i, i, "*a%d, ".formatted(i - 1).repeat(10))));
        assertThat(YamlDocuments.read("f", text.toString()).problems())
                .singleElement()
                .asString()
                .contains("more than 100000 values in one document stand for aliases");
        StringBuilder merged = new StringBuilder("a0: &a0 {x: 1, z: 2}\n");
        IntStream.range(1, 60)
                .forEach(i -> merged.append(
                        "a%d: &a%d {<<: [*a%d, *a%d], b%d: *a%d}\n".formatted(i, i, i - 1, i - 1, i, i - 1)));
        assertThat(YamlDocuments.read("f", merged.toString()).problems()).hasSize(1);
    }

    @Test
    void aByteThatIsNotUtf8IsToldWhereItIsAndHidesItsDocumentAlone() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("a: 1\n---\nb: ä\n# ".getBytes(StandardCharsets.UTF_8));
        text.writeBytes("x".repeat(5000).getBytes(StandardCharsets.UTF_8));
        text.writeBytes("\nc: \"äö".getBytes(StandardCharsets.UTF_8));
        text.write(0xE4);
        text.writeBytes("\"\n---\nd: 1\n".getBytes(StandardCharsets.UTF_8));
        YamlDocuments read = YamlDocuments.read("f", text.toByteArray());
        assertThat(read.documents().stream().map(Trees::of).toList()).containsExactly(Map.of("a", 1L), Map.of("d", 1L));
        assertThat(read.problems())
                .singleElement()
                .asString()
                .isEqualTo("f:5:7: byte 0xE4 is not UTF-8 (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void formsThatUtf8ForbidsAreToldByTheirFirstByte() {
        for (int[] bytes : List.of(
                new int[] {0xC0, 0x80}, // overlong
                new int[] {0xE0, 0x80, 0x80},
                new int[] {0xED, 0xA0, 0x80}, // a surrogate
                new int[] {0xF4, 0x90, 0x80, 0x80}, // beyond Unicode
                new int[] {0xF8, 0x88, 0x80, 0x80, 0x80},
                new int[] {0x80},
                new int[] {0xE2, 0x82} // cut short
                )) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            text.writeBytes("a: ".getBytes(StandardCharsets.UTF_8));
            IntStream.of(bytes).forEach(text::write);
            assertThat(YamlDocuments.read("f", text.toByteArray()).problems())
                    .singleElement()
                    .asString()
                    .startsWith("f:1:4: byte 0x%02X is not UTF-8".formatted(bytes[0]));
        }
    }

    @Test
    void utf16WithAByteOrderMarkIsRead() {
        for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            YamlDocuments read = YamlDocuments.read("f", "\ufeffa: ä𝄞\n---\nb: 2\n".getBytes(charset));
            assertThat(read.problems()).isEmpty();
            assertThat(read.documents().stream().map(Trees::of).toList())
                    .containsExactly(Map.of("a", "ä𝄞"), Map.of("b", 2L));
        }
    }

    @Test
    void filesWithByteOrderMarksMayBePutTogether() {
        YamlDocuments read = YamlDocuments.read("f", "\ufeffa: 1\n\ufeff---\nb: 2\n---\n\ufeffc: 3\n");
        assertThat(read.problems()).isEmpty();
        assertThat(read.documents()).hasSize(3);
    }

    private static Map<String, Object> nothing(String name) {
        Map<String, Object> fields = new HashMap<>();
        fields.put(name, null);
        return fields;
    }

    private static String show(YamlDocuments read) {
        if (!read.problems().isEmpty()) {
            return "!";
        }
        List<Node> all = new ArrayList<>(read.documents());
        all.addAll(read.others());
        return String.join(
                "\n", all.stream().map(Trees::of).map(String::valueOf).toList());
    }
}
