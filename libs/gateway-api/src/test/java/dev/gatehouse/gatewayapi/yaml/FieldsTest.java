package dev.gatehouse.gatewayapi.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    private enum Colour {
        Red,
        Green
    }

    private final List<String> problems = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"0s,PT0S", "250ms,PT0.25S", "1h30m,PT1H30M", "1h1m1s1ms,PT1H1M1.001S", "99999s,PT27H46M39S"})
    void durationsAreThoseOfGep2257(String text, Duration duration) {
        assertThatObject(read("d: " + text, f -> f.duration("d"))).isEqualTo(Optional.of(duration));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "-1s", "1.5s", "1d", "s", "'1 s'", "100000s", "1s1s1s1s1s", "''"})
    void otherDurationsAreToldWithExamples(String text) {
        assertThatObject(read("d: " + text, f -> f.duration("d"))).isEqualTo(Optional.empty());
        assertThat(problems).singleElement().asString().startsWith("f.yaml:1:1: Test t: d: ");
    }

    @Test
    void aDurationsProblemShowsItAndWhatWasExpected() {
        read("d: 1d", f -> f.duration("d"));
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:1: Test t: d: \"1d\" is not valid (expected: a duration such as \"10s\", \"1m30s\" or \"250ms\")");
    }

    @Test
    void aNumberInPlaceOfADurationIsNotToBeQuoted() {
        read("d: 5", f -> f.duration("d"));
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:1: Test t: d: 5 is an integer (expected: a duration such as \"10s\", \"1m30s\" or \"250ms\")");
    }

    @Test
    void aFieldThatIsWrongIsNotSaidToBeMissing() {
        read("{a: 700}", f -> {
            if (f.integer("a", 200, 599).isEmpty()) {
                f.wrong("expected a");
            }
            return f;
        });
        read("{inner: {a: x}}", f -> {
            var unused = f.object("inner", inner -> inner.integer("a", 0, 1));
            f.wrong("expected inner or outer");
            return f;
        });
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:2: Test t: a: 700 is out of range (expected: 200 to 599)",
                        "f.yaml:1:10: Test t: inner.a: \"x\" is a string (expected: an integer)");
    }

    @Test
    void anObjectMayHaveSeveralProblemsAsAWhole() {
        read("{}", f -> {
            f.wrong("expected a");
            f.wrong("expected b");
            return f;
        });
        assertThat(problems).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "65535", "80"})
    void aPortIsBetween1And65535(String text) {
        assertThatObject(read("p: " + text, f -> f.port("p"))).isEqualTo(Optional.of(Integer.valueOf(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "99999999999999999999999"})
    void aPortOutOfRangeIsToldWithTheRange(String text) {
        assertThatObject(read("p: " + text, f -> f.port("p"))).isEqualTo(Optional.empty());
        assertThat(problems)
                .containsExactly("f.yaml:1:1: Test t: p: " + text + " is out of range (expected: 1 to 65535)");
    }

    @ParameterizedTest
    @CsvSource({"010,8", "080,80", "0o10,8", "0x50,80", "1e3,1000", "80.0,80", "1_000,1000"})
    void aPortIsReadAsKubectlReadsNumbers(String text, int port) {
        assertThatObject(read("p: " + text, f -> f.port("p"))).isEqualTo(Optional.of(port));
        assertThatObject(read("p: [" + text + "]", f -> f.integers("p", 1, 65535)))
                .isEqualTo(List.of(port));
        assertThatObject(read("p: " + text, f -> f.stringOrInteger("p"))).isEqualTo(Optional.of("" + port));
        assertThat(problems).isEmpty();
    }

    @Test
    void aConstantIsTakenByItsExactName() {
        assertThatObject(read("c: Red", f -> f.choice("c", Colour.class))).isEqualTo(Optional.of(Colour.Red));
        assertThatObject(read("c: red", f -> f.choice("c", Colour.class))).isEqualTo(Optional.empty());
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:1: Test t: c: \"red\" is not known; did you mean \"Red\"? (expected: Red, Green)");
    }

    @Test
    void aTimeIsRfc3339() {
        assertThatObject(read("t: 2026-01-31T12:00:00Z", f -> f.instant("t")))
                .isEqualTo(Optional.of(Instant.parse("2026-01-31T12:00:00Z")));
        assertThatObject(read("t: yesterday", f -> f.instant("t"))).isEqualTo(Optional.empty());
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:1: Test t: t: \"yesterday\" is not a time (expected: RFC 3339, \"2026-01-31T12:00:00Z\")");
    }

    @Test
    void aTimeMayHaveTheFormThatYamlToolsWrite() {
        Instant noon = Instant.parse("2026-01-31T12:00:00Z");
        for (String time : List.of(
                "2026-01-31T14:00:00+02:00",
                "2026-01-31 12:00:00",
                "2026-01-31 12:00:00+00:00",
                "2026-01-31 12:00:00.000Z",
                "2026-01-31t12:00:00z")) {
            assertThatObject(read("t: " + time, f -> f.instant("t"))).isEqualTo(Optional.of(noon));
        }
        assertThat(problems).isEmpty();
        assertThatObject(read("t: 2026-01-3112:00:00Z", f -> f.instant("t"))).isEqualTo(Optional.empty());
    }

    @Test
    void everyItemOfAListIsToldByItsIndex() {
        assertThatObject(read("l: [a, 5, {x: 1}]", f -> f.strings("l"))).isEqualTo(List.of("a"));
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:8: Test t: l[1]: 5 is an integer (expected: a string)",
                        "f.yaml:1:11: Test t: l[2]: is an object (expected: a string)");
    }

    @Test
    void integersOfAListAreHeldAgainstTheirRange() {
        assertThatObject(read("l: [400, 700, x]", f -> f.integers("l", 400, 599)))
                .isEqualTo(List.of(400));
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:10: Test t: l[1]: 700 is out of range (expected: 400 to 599)",
                        "f.yaml:1:15: Test t: l[2]: \"x\" is a string (expected: an integer from 400 to 599)");
    }

    @Test
    void aMissingFieldSaysWhatBelongsThere() {
        read("x: 1", f -> {
            f.known("x");
            f.requiredString("s");
            f.requiredInteger("i", 1, 9);
            f.requiredChoice("c", Colour.class);
            f.list("l", 1, 4, each -> each.path());
            return f.requiredObject("o", each -> each.requiredString("inner"));
        });
        assertThat(problems)
                .containsExactly(
                        "f.yaml:1:1: Test t: s: is missing (expected: a string)",
                        "f.yaml:1:1: Test t: i: is missing (expected: an integer from 1 to 9)",
                        "f.yaml:1:1: Test t: c: is missing (expected: Red, Green)",
                        "f.yaml:1:1: Test t: l: is missing (expected: a list of 1 to 4 items)",
                        "f.yaml:1:1: Test t: o: is missing (expected: an object)");
    }

    @Test
    void aLongValueIsCutInTheMessage() {
        read("c: " + "x".repeat(10_000), f -> f.choice("c", Colour.class));
        read("p: " + "9".repeat(10_000), f -> f.port("p"));
        assertThat(problems)
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem).hasSizeLessThan(400).contains("…"));
    }

    @Test
    void aFieldWhoseNameHoldsDotsIsFound() {
        Node.Mapping node = mapping("data:\n  tls.crt: a\n  tls: b\n");
        assertThat(node.locate("data.tls.crt").line()).isEqualTo(2);
        assertThat(node.locate("data.tls").line()).isEqualTo(3);
        assertThat(node.locate("data.other").line()).isEqualTo(1);
    }

    private <T> T read(String yaml, Function<Fields, T> reader) {
        return Fields.read(mapping(yaml), "Test t", "", problem -> problems.add(problem.toString()), reader);
    }

    private static Node.Mapping mapping(String yaml) {
        return YamlDocuments.read("f.yaml", yaml).documents().getFirst();
    }
}
