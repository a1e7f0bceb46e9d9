package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Files as they should not be: each error names file, line, column, what was written and what was expected. Where an expectation ends in a
 * comma, a list of all names follows.
 */
class BadRulesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> TEXTS = Map.of(
            "loop.conf", "Include loop.conf\n",
            "loop2.conf", "Include loop3.conf\nInclude loop3.conf\n",
            "loop3.conf", "Include loop2.conf\nInclude loop2.conf\n",
            "badinc.conf", "# c\nSecRule ARGS \"@rx (\" \"id:1,phase:1,pass\"\n");

    private static final RuleFiles FILES = new RuleFiles() {
        @Override
        public List<Source> include(String pattern, String from) {
            return Optional.ofNullable(TEXTS.get(pattern)).map(text -> new Source(pattern, text)).stream()
                    .toList();
        }

        @Override
        public Optional<Bytes> data(String name, String from) {
            return Optional.empty();
        }
    };

    @TestFactory
    Stream<DynamicTest> badRules() throws IOException {
        try (InputStream text = Objects.requireNonNull(BadRulesTest.class.getResourceAsStream("bad-rules.json"))) {
            return StreamSupport.stream(JSON.readTree(text).spliterator(), false)
                    .map(bad -> DynamicTest.dynamicTest(
                            bad.get("name").asText() + " is told as written", () -> check(bad)));
        }
    }

    private static void check(JsonNode bad) {
        Compilation compilation = compile(bad.get("text").asText());
        List<Diagnostic> found = found(compilation);
        assertThat(compilation instanceof Compilation.Rejected).isEqualTo(bad.has("errors"));
        List<String> expected = new ArrayList<>();
        bad.path(bad.has("errors") ? "errors" : "warnings").forEach(line -> expected.add(line.asText()));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i).toString()).startsWith(expected.get(i));
        }
    }

    private static Compilation compile(String text) {
        return RuleSet.compile(List.of(new Source("r.conf", text)), FILES);
    }

    private static List<Diagnostic> found(Compilation compilation) {
        return switch (compilation) {
            case Compilation.Rejected rejected -> rejected.errors();
            case Compilation.Compiled compiled -> compiled.warnings();
        };
    }

    @Test
    void manyErrorsAreNotAllTold() {
        Compilation compilation =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> compile("SecFoo 1\n".repeat(100_000)));
        assertThat(found(compilation)).hasSize(101);
        assertThat(found(compilation).getLast().toString()).startsWith("r.conf:101:1: there are more errors");
    }

    @Test
    void aLongLineIsReadAndShownInPart() {
        Compilation compilation =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> compile("x".repeat(10_000_000)));
        assertThat(found(compilation))
                .singleElement()
                .satisfies(error -> assertThat(error.message())
                        .startsWith("unknown directive \"xxx")
                        .hasSizeLessThan(3000));
    }

    @Test
    void manyLongRulesFindTheirPlacesAtOnce() {
        StringBuilder rules = new StringBuilder();
        for (int id = 1; id <= 20_000; id++) {
            rules.append("# ")
                    .append("x".repeat(200))
                    .append("\nSecAction \"id:")
                    .append(id)
                    .append(",pass\"\n");
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(found(compile(rules.toString()))).isEmpty());
    }
}
