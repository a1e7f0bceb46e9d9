package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine profiles that Coraza's module carries: rules, requests, and which rules match. A program in Go prints them; those of
 * Coraza's build for evaluation in several phases are among them.
 */
class CorazaProfilesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MULTIPHASE = "coraza.rule.multiphase_evaluation";

    private static final String OF_ANOTHER_BUILD =
            "of Coraza's build that evaluates rules in phases before their own; here a rule has one phase";
    private static final String STRICT =
            "MULTIPART_STRICT_ERROR is ModSecurity's: bare line feeds, and what is before the first boundary, count";

    /** What we do otherwise, and why: profiles, or tests of them. docs/waf.md has the same list. */
    private static final Map<String, String> DIFFERENT = Map.ofEntries(
            Map.entry("chains_multiphase_2.yaml: chains", OF_ANOTHER_BUILD),
            Map.entry("chains_multiphase_crs.yaml: chains", OF_ANOTHER_BUILD),
            Map.entry("chains_multiphase_crs_920250.yaml: chains", OF_ANOTHER_BUILD),
            Map.entry("chains_multiphase_crs_931130.yaml: 931130", OF_ANOTHER_BUILD),
            Map.entry("chains_multiphase_crs_933120.yaml: 933120", OF_ANOTHER_BUILD),
            Map.entry("multiphase.yaml: bypassesPhase1", OF_ANOTHER_BUILD),
            Map.entry(
                    "multipart_filename_star.yaml: fields swapped: real name in plain filename, decoy in filename* --"
                            + " still reaches FILES",
                    STRICT),
            Map.entry("multipart_filename_star.yaml: filename* under a non-utf-8 charset reaches FILES", STRICT),
            Map.entry("multipart_filename_star.yaml: percent-encoded filename* still reaches FILES decoded", STRICT),
            Map.entry(
                    "multipart_process_partial.yaml: a body cut inside its closing boundary by the limit is inspected,"
                            + " not rejected",
                    STRICT),
            Map.entry(
                    "multipart_process_partial.yaml: a file part cut inside its content by the limit is inspected, not"
                            + " rejected",
                    STRICT),
            Map.entry(
                    "multipart_process_partial.yaml: a form field cut inside its value by the limit is inspected, not"
                            + " rejected",
                    STRICT),
            Map.entry(
                    "multipart_process_partial.yaml: a form field ending cut exactly at the limit is treated as cut by"
                            + " the limit",
                    "a body that is as long as the limit is not cut: it lacks its last boundary"),
            Map.entry(
                    "chains.yaml: chains",
                    "msg and logdata are expanded once, after the whole chain has matched, as in ModSecurity"),
            Map.entry(
                    "disruptive_actions.yaml: disruptive_actions",
                    "a drop has the status that a proxy answers with; in phase 5 there is nothing left to interrupt"),
            Map.entry(
                    "ctl.yaml: actions",
                    "ctl:forceRequestBodyVariable sets REQUEST_BODY, as in libmodsecurity; it does not make a form of a body"
                            + " whose type nothing reads"),
            Map.entry(
                    "truncatedjsonyaml: json",
                    "JSON that was cut by the limit is no error (INBOUND_DATA_ERROR says that it was cut)"));

    private static final Map<String, JsonNode> PROFILES = new TreeMap<>();
    private static Path data = Path.of("");

    @BeforeAll
    static void readProfiles(@TempDir Path folder) throws IOException, InterruptedException {
        Path program = Path.of("src/test/go/coraza-profiles");
        for (String file : List.of("main.go", "go.mod")) {
            Files.copy(program.resolve(file), folder.resolve(file));
        }
        JSON.readTree(go(folder, "run", "-tags=" + MULTIPHASE, "."))
                .properties()
                .forEach(profile -> PROFILES.put(profile.getKey(), profile.getValue()));
        JSON.readTree(go(folder, "run", "."))
                .properties()
                .forEach(profile -> PROFILES.put(profile.getKey(), profile.getValue()));
        String module = new String(
                go(folder, "list", "-m", "-f", "{{.Dir}}", "github.com/corazawaf/coraza/v3"), StandardCharsets.UTF_8);
        data = Path.of(module.strip()).resolve("testing").resolve("testdata");
    }

    private static byte[] go(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("go"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GOFLAGS", "-mod=mod");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return Assumptions.abort("go is not here: " + e.getMessage());
        }
        byte[] output = process.getInputStream().readAllBytes();
        Assumptions.assumeTrue(
                process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0, "go has not found Coraza's module");
        return output;
    }

    @Test
    void rulesMatchAsInCoraza() {
        Map<String, List<String>> failures = new LinkedHashMap<>();
        int stages = 0;
        for (JsonNode profile : PROFILES.values()) {
            for (JsonNode test : profile.path("Tests")) {
                for (JsonNode stage : test.path("Stages")) {
                    stages++;
                    List<String> failed = run(rules(profile), stage.path("Stage"));
                    if (!failed.isEmpty()) {
                        String name = profile.path("Meta").path("Name").asText() + ": "
                                + test.path("Title").asText();
                        failures.computeIfAbsent(name, key -> new ArrayList<>()).addAll(failed);
                    }
                }
            }
        }
        Map<String, List<String>> unexpected = new LinkedHashMap<>(failures);
        unexpected.keySet().removeAll(DIFFERENT.keySet());
        assertThat(unexpected).isEmpty();
        assertThat(failures.keySet()).isEqualTo(new TreeSet<>(DIFFERENT.keySet()));
        assertThat(stages).isEqualTo(138);
    }

    /** One profile does not end a quote, which Coraza passes over and ModSecurity and we do not. */
    private static String rules(JsonNode profile) {
        return profile.path("Rules").asText().replace("strict validation.\"", "strict validation.'\"");
    }

    private static List<String> run(String rules, JsonNode stage) {
        Source defaults = new Source("defaults", "SecRuleEngine On");
        return switch (RuleSet.compile(List.of(defaults, new Source("profile", rules)), new DirectoryFiles(data))) {
            case Compilation.Rejected rejected -> List.of(rejected.errors().toString());
            case Compilation.Compiled compiled ->
                differences(transaction(compiled.rules(), stage), stage.path("Output"));
        };
    }

    private static Transaction transaction(RuleSet rules, JsonNode stage) {
        JsonNode input = stage.path("Input");
        Message message = Message.of(input);
        Transaction transaction = Rules.begin(rules);
        transaction.connection(
                "127.0.0.1",
                80,
                input.path("DestAddr").asText(),
                input.path("Port").asInt());
        transaction.request(Bytes.utf8(message.method()), Bytes.utf8(message.uri()), Bytes.utf8(message.protocol()));
        message.headers().forEach((name, value) -> transaction.requestHeader(Bytes.utf8(name), Bytes.utf8(value)));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.utf8(message.body()));
        transaction.requestBody();
        JsonNode output = stage.path("Output");
        if (output.path("Headers").isObject()) {
            output.path("Headers")
                    .properties()
                    .forEach(header -> transaction.responseHeader(
                            Bytes.utf8(header.getKey()),
                            Bytes.utf8(header.getValue().asText())));
        } else {
            transaction.responseHeader(Bytes.latin1("Content-Type"), Bytes.latin1("text/html"));
        }
        transaction.responseHeaders(200, "HTTP/1.1");
        transaction.responseBody(Bytes.utf8(output.path("Data").asText("")));
        transaction.responseBody();
        transaction.logging();
        return transaction;
    }

    private static List<String> differences(Transaction transaction, JsonNode expected) {
        List<String> differences = new ArrayList<>();
        List<String> lines =
                transaction.matched().stream().map(transaction::errorLine).toList();
        String contained = expected.path("LogContains").asText();
        if (!contained.isEmpty() && lines.stream().noneMatch(line -> line.contains(contained))) {
            differences.add("no line has " + contained + ": " + lines);
        }
        String missing = expected.path("NoLogContains").asText();
        if (!missing.isEmpty() && lines.stream().anyMatch(line -> line.contains(missing))) {
            differences.add("a line has " + missing);
        }
        List<Long> ids = Rules.ids(transaction);
        for (JsonNode id : expected.path("TriggeredRules")) {
            if (!ids.contains(id.asLong())) {
                differences.add("rule " + id + " has not matched");
            }
        }
        for (JsonNode id : expected.path("NonTriggeredRules")) {
            if (ids.contains(id.asLong())) {
                differences.add("rule " + id + " has matched");
            }
        }
        String actual = transaction
                .interruption()
                .map(end -> end.ruleId() + " " + end.kind().name().toLowerCase(Locale.ROOT) + " " + end.status() + " "
                        + end.location().orElse(""))
                .orElse("none");
        JsonNode end = expected.path("Interruption");
        String wanted = end.isObject()
                ? end.path("RuleID").asLong() + " " + end.path("Action").asText() + " "
                        + end.path("Status").asInt() + " " + end.path("Data").asText()
                : "none";
        if (!actual.equals(wanted)) {
            differences.add("interruption: " + actual + " (expected: " + wanted + ")");
        }
        return differences;
    }

    /** A request, as its profile writes it. */
    private record Message(String method, String uri, String protocol, Map<String, String> headers, String body) {
        static Message of(JsonNode input) {
            String encoded = Optional.of(input.path("EncodedRequest").asText())
                    .filter(text -> !text.isEmpty())
                    .orElse(input.path("RawRequest").asText(""));
            Message message = encoded.isEmpty() || encoded.equals("null")
                    ? plain(input)
                    : raw(new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
            Map<String, String> headers = new LinkedHashMap<>(message.headers());
            String body = text(input, "Data", message.body());
            if (!body.isEmpty() && !input.path("StopMagic").asBoolean()) {
                headers.put("content-length", Integer.toString(body.length()));
            }
            return new Message(message.method(), message.uri(), message.protocol(), headers, body);
        }

        private static Message plain(JsonNode input) {
            Map<String, String> headers = new LinkedHashMap<>();
            input.path("Headers")
                    .properties()
                    .forEach(header ->
                            headers.put(header.getKey(), header.getValue().asText()));
            return new Message(
                    text(input, "Method", "GET"),
                    text(input, "URI", "/"),
                    text(input, "Version", "HTTP/1.1"),
                    headers,
                    "");
        }

        private static Message raw(String request) {
            String[] lines = request.split("\r?\n", -1);
            String[] first = lines[0].split(" ", -1);
            Map<String, String> headers = new LinkedHashMap<>();
            int i = 1;
            for (; i < lines.length && !lines[i].isEmpty(); i++) {
                int colon = lines[i].indexOf(':');
                headers.put(
                        lines[i].substring(0, colon).strip(),
                        lines[i].substring(colon + 1).strip());
            }
            String body = i < lines.length ? String.join("\r\n", List.of(lines).subList(i + 1, lines.length)) : "";
            return new Message(first[0], first[1], first[2], headers, body);
        }

        private static String text(JsonNode input, String name, String otherwise) {
            String text = input.path(name).asText("");
            return text.isEmpty() ? otherwise : text;
        }
    }
}
