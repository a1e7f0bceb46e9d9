package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules as people write them, and requests: the status, the rules that match and log, their messages and data. {@code alike} names the
 * peers that were seen to give the same status and rules: Coraza 3.8.1 and libmodsecurity 3.0.15. Where none is named or only one, the
 * reference manual of ModSecurity decided, or docs/waf.md says why. Each character of a text is one byte.
 */
class OwnRulesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String BEFORE = """
            SecRuleEngine On
            SecRequestBodyAccess On
            SecResponseBodyAccess On
            SecResponseBodyMimeType text/plain text/html application/json text/xml
            """;

    private static final Map<String, String> TEXTS = Map.of(
            "ips.txt", "# networks\n192.0.2.0/24\n10.0.0.1\n2001:db8::/32\n",
            "words.data", "evil\nbad word\n# comment\nworse\n");

    private static final RuleFiles FILES = new RuleFiles() {
        @Override
        public List<Source> include(String pattern, String from) {
            return pattern.equals("sub/*.conf")
                    ? List.of(new Source("sub/a.conf", "SecAction \"id:901,phase:1,pass,log,msg:'inc'\""))
                    : List.of();
        }

        @Override
        public Optional<Bytes> data(String name, String from) {
            return Optional.ofNullable(TEXTS.get(name)).map(Bytes::latin1);
        }
    };

    @TestFactory
    Stream<DynamicTest> ownRules() throws IOException {
        try (InputStream text = Objects.requireNonNull(OwnRulesTest.class.getResourceAsStream("own-rules.json"))) {
            return StreamSupport.stream(JSON.readTree(text).spliterator(), false)
                    .map(rules -> DynamicTest.dynamicTest(
                            rules.get("name").asText() + " does as written", () -> check(rules)));
        }
    }

    private static void check(JsonNode test) {
        List<String> lines = new ArrayList<>();
        test.get("rules").forEach(line -> lines.add(line.asText()));
        Compilation compilation =
                RuleSet.compile(List.of(new Source("rules.conf", BEFORE + String.join("\n", lines))), FILES);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        RuleSet rules = ((Compilation.Compiled) compilation).rules();
        Surroundings surroundings = new Surroundings(InstantSource.system(), Map.of("STAGE", "test"));
        for (JsonNode request : test.get("requests")) {
            Transaction transaction = run(rules.begin("u-1", surroundings), request);
            Optional<Interruption> end = transaction.interruption();
            assertThat(end.map(Interruption::status).orElse(200))
                    .as("status of %s", request)
                    .isEqualTo(request.get("status").asInt());
            assertThat(end.flatMap(Interruption::location).orElse(""))
                    .as("location of %s", request)
                    .isEqualTo(request.path("location").asText(""));
            assertThat(transaction.logged(100).rules().stream()
                            .map(rule -> rule.id() + " " + rule.message() + ": " + rule.data()))
                    .as("rules of %s", request)
                    .containsExactlyElementsOf(StreamSupport.stream(
                                    request.get("matched").spliterator(), false)
                            .map(rule -> rule.get(0).asText() + " "
                                    + rule.get(1).asText() + ": " + rule.get(2).asText())
                            .toList());
        }
    }

    private static Transaction run(Transaction transaction, JsonNode request) {
        transaction.connection(request.path("ip").asText("127.0.0.1"), 54321, "127.0.0.1", 80);
        transaction.request(
                bytes(request, "method"),
                bytes(request, "uri"),
                Bytes.latin1(request.path("protocol").asText("HTTP/1.1")));
        if (!request.has("bare")) {
            transaction.requestHeader(Bytes.latin1("Host"), Bytes.latin1("www.example.com"));
            transaction.requestHeader(Bytes.latin1("User-Agent"), Bytes.latin1("curl/8"));
        }
        for (JsonNode header : request.get("headers")) {
            transaction.requestHeader(
                    Bytes.latin1(header.get(0).asText()),
                    Bytes.latin1(header.get(1).asText()));
        }
        if (transaction.requestHeaders().isEmpty()
                && transaction.requestBody(bytes(request, "body")).isEmpty()
                && transaction.requestBody().isEmpty()
                && request.has("response")) {
            respond(transaction, request.get("response"));
        }
        transaction.logging();
        return transaction;
    }

    private static void respond(Transaction transaction, JsonNode response) {
        for (JsonNode header : response.get("headers")) {
            transaction.responseHeader(
                    Bytes.latin1(header.get(0).asText()),
                    Bytes.latin1(header.get(1).asText()));
        }
        if (transaction
                        .responseHeaders(response.get("status").asInt(), "HTTP/1.1")
                        .isEmpty()
                && transaction.responseBody(bytes(response, "body")).isEmpty()) {
            transaction.responseBody();
        }
    }

    private static Bytes bytes(JsonNode from, String name) {
        return Bytes.latin1(from.path(name).asText(""));
    }
}
