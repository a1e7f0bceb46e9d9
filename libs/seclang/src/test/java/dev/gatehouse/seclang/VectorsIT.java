package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.transform.Transformation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vectors for operators and transformations that Coraza's module carries (from ModSecurity's secrules-language-tests). */
class VectorsIT {
    private static final String MODULE = "github.com/corazawaf/coraza/v3@v3.8.1";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Two vectors of hexDecode are named by what is special in them. */
    private static final Map<String, String> LABELS =
            Map.of("invalidLen", "hexDecode", "invalidCharacter", "hexDecode");

    /** Coraza passes over what is no network; here it is an error. */
    private static final List<String> REFUSED = List.of("10.0.0.0/100");

    /** The vectors' schema is not in the module: this is what they say of it. */
    private static final String SCHEMA = """
            {"type": "object", "required": ["name", "age"],
             "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
            """;

    private static Path module = Path.of("");

    @TempDir
    private static Path schemas;

    @BeforeAll
    static void writeSchema() throws IOException {
        Files.createDirectory(schemas.resolve("testdata"));
        Files.writeString(schemas.resolve("testdata").resolve("schema.json"), SCHEMA);
    }

    @BeforeAll
    static void findModule() throws IOException, InterruptedException {
        Process go;
        try {
            go = new ProcessBuilder("go", "mod", "download", "-json", MODULE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("go is not here: " + e.getMessage());
            return;
        }
        JsonNode answer = JSON.readTree(go.getInputStream());
        Assumptions.assumeTrue(go.waitFor(2, TimeUnit.MINUTES) && go.exitValue() == 0, "no " + MODULE);
        module = Path.of(answer.path("Dir").asText());
    }

    @Test
    void transformationsDoWhatCorazasDo() throws IOException {
        List<String> failures = new ArrayList<>();
        int run = 0;
        int unreadable = 0;
        for (JsonNode vector : vectors("transformations")) {
            Optional<Bytes> readInput = text(vector.path("input").asText());
            Optional<Bytes> readOutput = text(vector.path("output").asText());
            if (readInput.isEmpty() || readOutput.isEmpty()) {
                unreadable++;
                continue;
            }
            run++;
            Bytes input = readInput.get();
            // They answer an error, after which Coraza's rule goes on with the value that was there before.
            boolean fails = LABELS.containsKey(vector.path("name").asText());
            Bytes expected = fails ? input : readOutput.get();
            Bytes actual = Transformation.named(LABELS.getOrDefault(
                            vector.path("name").asText(), vector.path("name").asText()))
                    .orElseThrow()
                    .apply(input);
            if (!actual.equals(expected)) {
                failures.add(
                        vector.path("name").asText() + "(" + input + "): " + actual + " (expected: " + expected + ")");
            }
        }
        assertThat(failures).isEmpty();
        assertThat(unreadable)
                .as("vectors whose escapes Go cannot read either, so that Coraza does not run them")
                .isEqualTo(4);
        assertThat(run).isEqualTo(361 - 4);
    }

    @Test
    void operatorsDecideAsCorazasDo() throws IOException {
        List<String> failures = new ArrayList<>();
        int run = 0;
        for (JsonNode vector : vectors("operators")) {
            String name = vector.path("name").asText();
            run++;
            boolean expected = vector.path("ret").asInt() == 1;
            Optional<String> failure = decide(
                    name,
                    vector.path("param").asText(),
                    text(vector.path("input").asText().replace("\\0", "\0")).orElseThrow(),
                    expected);
            failure.ifPresent(failures::add);
        }
        assertThat(failures).isEmpty();
        assertThat(run).isEqualTo(3934);
    }

    private static Optional<String> decide(String name, String parameter, Bytes input, boolean expected) {
        String escaped = parameter.replace("\\", "\\\\").replace("\"", "\\\"");
        String plain = parameter.contains("\"") || parameter.endsWith("\\") ? escaped : parameter;
        String rule = "SecRuleEngine On\nSecRule REQUEST_HEADERS:x \"@" + name + " " + plain.replace("\n", "\\n")
                + "\" \"id:1,phase:1,capture\"";
        RuleFiles data = new DirectoryFiles(
                name.equals("validateSchema")
                        ? schemas
                        : module.resolve("internal")
                                .resolve("operators")
                                .resolve("testdata")
                                .resolve("op"));
        return switch (RuleSet.compile(List.of(new Source(name, rule)), data)) {
            case Compilation.Rejected rejected ->
                expected || !REFUSED.contains(parameter) ? Optional.of(rejected.toString()) : Optional.empty();
            case Compilation.Compiled compiled -> {
                Transaction transaction = Rules.begin(compiled.rules());
                transaction.requestHeader(Bytes.latin1("x"), input);
                transaction.requestHeaders();
                yield transaction.matched().isEmpty() == expected
                        ? Optional.of("@" + name + " " + parameter + " on " + input + " (expected: " + expected + ")")
                        : Optional.empty();
            }
        };
    }

    private static List<JsonNode> vectors(String kind) throws IOException {
        List<JsonNode> vectors = new ArrayList<>();
        Path folder = module.resolve("internal").resolve(kind).resolve("testdata");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                JSON.readTree(file.toFile()).forEach(vectors::add);
            }
        }
        return vectors;
    }

    /** The vectors write bytes that JSON cannot as {@code \\u0000} and {@code \\xHH}; with the latter come Go's other escapes. */
    private static Optional<Bytes> text(String written) {
        Bytes bytes = Bytes.of(written.replace("\\u0000", "\0").getBytes(StandardCharsets.UTF_8));
        if (!written.contains("\\x")) {
            return Optional.of(bytes);
        }
        BytesBuilder unquoted = new BytesBuilder(bytes.length());
        int at = 0;
        while (at < bytes.length()) {
            if (bytes.at(at) != '\\') {
                unquoted.append(bytes.at(at++));
                continue;
            }
            int escaped = at + 1 < bytes.length() ? bytes.at(at + 1) : 0;
            int simple = "abfnrtv\\\"".indexOf(escaped);
            if (escaped == 'x'
                    && at + 3 < bytes.length()
                    && Ascii.isHex(bytes.at(at + 2))
                    && Ascii.isHex(bytes.at(at + 3))) {
                unquoted.append(Ascii.hex(bytes.at(at + 2)) * 16 + Ascii.hex(bytes.at(at + 3)));
                at += 4;
            } else if (simple >= 0) {
                unquoted.append("\007\b\f\n\r\t\013\\\"".charAt(simple));
                at += 2;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(unquoted.build());
    }
}
