package dev.gatehouse.seclang.auditlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.audit.AuditText;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AuditLogTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private static Optional<AuditEntry> entry(String uri, int status, String... directives) {
        String rules = "SecRuleEngine On\nSecAuditEngine On\n" + String.join("\n", directives);
        return switch (RuleSet.compile(List.of(new Source("rules", rules)))) {
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
            case Compilation.Compiled compiled -> {
                Transaction transaction = compiled.rules()
                        .begin("id-1", InstantSource.fixed(Instant.parse("2026-11-23T10:20:30Z")), Map.of());
                transaction.connection("192.0.2.7", 5555, "198.51.100.1", 80);
                transaction.request(Bytes.latin1("GET"), Bytes.latin1(uri), Bytes.latin1("HTTP/1.1"));
                transaction.requestHeader(Bytes.latin1("Authorization"), Bytes.latin1("Basic abc"));
                transaction.requestHeader(Bytes.latin1("User-Agent"), Bytes.latin1("a \"b\"\n"));
                transaction.requestHeaders();
                transaction.requestBody();
                transaction.responseHeaders(status, "HTTP/1.1");
                transaction.responseBody();
                transaction.logging();
                yield transaction
                        .auditRecord(LogLimits.USUAL)
                        .map(record -> new AuditEntry("default/waf", transaction.auditSettings(), record, "", ""));
            }
        };
    }

    private static AuditEntry entry(String... directives) {
        return entry("/?a=1", 200, directives).orElseThrow();
    }

    private int write(AuditPlaces places, AuditEntry... entries) throws IOException, InterruptedException {
        try (AuditWriter writer = new AuditWriter(places, output, output)) {
            return writer.write(List.of(entries));
        }
    }

    private AuditPlaces files() {
        return new AuditPlaces(Optional.of(folder), List.of());
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    @Test
    void withoutAFileRecordsGoToStandardOutputInTheirFormat() throws Exception {
        assertThat(write(
                        files(),
                        entry("SecAuditLogFormat JSON"),
                        entry("SecAuditLogFormat Native", "SecAuditLog /dev/stdout")))
                .isZero();
        assertThat(output()).startsWith("{").contains("\"id-1\"").contains("-A--\n[23/Nov/2026:10:20:30");
    }

    @Test
    void aSerialLogIsAppendedToAndMadeAgainOnceItIsMovedAway() throws Exception {
        AuditEntry entry = entry("SecAuditLog logs/audit.log", "SecAuditLogFormat OCSF", "SecAuditLogFileMode 0600");
        Path file = folder.resolve("logs/audit.log");
        try (AuditWriter writer = new AuditWriter(files(), output, output)) {
            assertThat(writer.write(List.of(entry, entry))).isZero();
            assertThat(Files.readAllLines(file))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("4002"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Files.move(file, folder.resolve("logs/audit.log.1"));
            assertThat(writer.write(List.of(entry))).isZero();
        }
        assertThat(Files.readAllLines(file)).hasSize(1);
        assertThat(output()).isEmpty();
    }

    @Test
    void aConcurrentLogHasAFileForEachRecordAndALineInItsIndex() throws Exception {
        AuditEntry entry = entry(
                "SecAuditLogType Concurrent",
                "SecAuditLogStorageDir audit",
                "SecAuditLog index.log",
                "SecAuditLogFormat JSON");
        assertThat(write(files(), entry)).isZero();
        Path file = folder.resolve("audit/20261123/20261123-1020/20261123-102030-id-1");
        assertThat(file).content().startsWith("{");
        assertThat(Files.readString(folder.resolve("index.log")))
                .startsWith("- 192.0.2.7 - - [23/Nov/2026:10:20:30 +0000] \"GET /?a=1 HTTP/1.1\" 200 0 \"-\" ")
                .contains("\"a \\\"b\\\"\\x0a\" id-1 \"-\" /20261123/20261123-1020/20261123-102030-id-1 0 "
                        + Files.size(file) + " md5:")
                .endsWith("\n");
    }

    @Test
    void rulesCannotNameAFileElsewhereOrAnyURL() throws Exception {
        assertThat(write(
                        files(),
                        entry("SecAuditLog /etc/cron.d/x", "SecAuditLogFormat JSON"),
                        entry("SecAuditLog ../x", "SecAuditLogFormat JSON"),
                        entry("SecAuditLogType Concurrent", "SecAuditLogStorageDir /tmp", "SecAuditLogFormat JSON"),
                        entry(
                                "SecAuditLogType HTTPS",
                                "SecAuditLog https://169.254.169.254/",
                                "SecAuditLogFormat JSON")))
                .isZero();
        assertThat(output().lines()).hasSize(4);
        try (Stream<Path> made = Files.list(folder)) {
            assertThat(made).isEmpty();
        }
    }

    @Test
    void aURLIsBelowACollectorByItsPathOnly() {
        AuditPlaces places = new AuditPlaces(Optional.empty(), List.of(URI.create("https://logs.example/waf")));
        assertThat(places.collector("https://logs.example/waf/eu?x=1")).isPresent();
        assertThat(places.collector("https://logs.example/waf")).isPresent();
        for (String other : List.of(
                "http://logs.example/waf",
                "https://logs.example/waffle",
                "https://logs.example/waf/../admin",
                "https://logs.example:444/waf",
                "https://logs.example@evil.example/waf",
                "https://logs.example.evil.example/waf",
                "/waf",
                "no url")) {
            assertThat(places.collector(other)).as(other).isEmpty();
        }
    }

    @Test
    void aCollectorGetsARecordInEachPostAndOneThatFailsIsCounted() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/good", exchange -> {
            received.add(exchange.getRequestHeaders().getFirst("content-type") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
        });
        AtomicInteger refused = new AtomicInteger();
        server.createContext("/bad", exchange -> {
            refused.incrementAndGet();
            exchange.sendResponseHeaders(503, -1);
        });
        server.start();
        try {
            URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            AuditPlaces places = new AuditPlaces(Optional.empty(), List.of(base));
            AuditEntry good = entry("SecAuditLogType HTTPS", "SecAuditLogFormat JSON", "SecAuditLog " + base + "good");
            AuditEntry bad = entry("SecAuditLogType HTTPS", "SecAuditLogFormat JSON", "SecAuditLog " + base + "bad");
            assertThat(write(places, good, bad, bad, good)).isEqualTo(2);
            assertThat(received).hasSize(2).allSatisfy(post -> assertThat(post).startsWith("application/json {"));
            assertThat(refused).as("the second record finds the collector away").hasValue(2);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void onlyRelevantTransactionsAreWrittenAndWhatIsSanitisedIsHidden() {
        String[] relevant = {"SecAuditEngine RelevantOnly", "SecAuditLogRelevantStatus \"^(?:5|40[0-3])\""};
        assertThat(entry("/", 200, relevant)).isEmpty();
        assertThat(entry("/", 503, relevant)).isPresent();
        AuditEntry hidden = entry(
                        "/?password=secret",
                        200,
                        "SecAuditLogParts ABHZ",
                        "SecAction \"id:1,phase:1,pass,nolog,sanitiseRequestHeader:Authorization,sanitiseArg:password\"")
                .orElseThrow();
        String text = AuditText.of(hidden.record(), AuditSettings.Format.NATIVE);
        assertThat(text)
                .contains("Authorization: *********")
                .contains("password=******")
                .doesNotContain("secret");
    }
}
