package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.authz.audit.AuditEvent;
import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.OpenIdProvider;
import dev.gatehouse.testkit.RedisServer;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import io.grpc.Metadata;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The spans of authorization, with a real Redis and a provider: which there are, whose children they are, and that no secret is in them. */
class SpansIT extends SignOnFixture {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PROXY = "00f067aa0ba902b7";

    @SuppressWarnings("NullAway.Init")
    static RedisServer redis;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));

    @BeforeAll
    static void startRedis() {
        redis = new RedisServer(FreePorts.one());
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void empty() throws IOException {
        redis.ask("FLUSHALL");
    }

    @Override
    Optional<String> redis() {
        return Optional.of(redis.url());
    }

    @Override
    TestEngine engine(Optional<String> url) {
        TestEngine engine = new TestEngine(vertx, clock, keys, url, Subjects.Form.PLAIN, tracing);
        engines.add(engine);
        return engine;
    }

    /** Everything the browser sends meanwhile is sampled by the proxy. */
    private static <T> T sampled(String flags, Supplier<T> browse) {
        Metadata metadata = new Metadata();
        metadata.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-" + TRACE + "-" + PROXY + "-" + flags);
        try {
            return CallerSpan.with(metadata).call(browse::get);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<SpanData> spans() {
        List<SpanData> all = List.copyOf(exporter.getFinishedSpanItems());
        exporter.reset();
        return all;
    }

    private static List<String> childrenOf(SpanData parent, List<SpanData> all) {
        return all.stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .map(SpanData::getName)
                .toList();
    }

    private static List<SpanData> checks(List<SpanData> all) {
        return all.stream().filter(span -> span.getName().equals("authorize")).toList();
    }

    private static String text(SpanData span, String key) {
        return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(key)));
    }

    @Test
    void aLoginShowsItsCallsUnderTheCheckThatMadeThem() {
        policy(oidc -> {});
        Reply reply = sampled("01", () -> browser.signOn("/orders?card=4111111111111111"));
        assertThat(reply.allowed()).isTrue();
        List<SpanData> all = spans();
        List<SpanData> checks = checks(all);
        assertThat(checks).extracting(SpanData::getParentSpanId).containsOnly(PROXY);
        assertThat(all).extracting(SpanData::getTraceId).containsOnly(TRACE);
        assertThat(checks).extracting(SpanData::getKind).containsOnly(SpanKind.SERVER);
        assertThat(checks)
                .extracting(span -> text(span, "gatehouse.authz.decision") + " " + text(span, "gatehouse.authz.outcome")
                        + " " + text(span, "gatehouse.policy"))
                .containsExactly(
                        "answered login-started " + POLICY, "answered login-done " + POLICY, "allowed null " + POLICY);
        assertThat(childrenOf(checks.get(0), all)).containsExactly("provider discovery");
        assertThat(childrenOf(checks.get(1), all))
                .containsSubsequence("provider token", "provider keys", "session create");
        assertThat(childrenOf(checks.get(2), all)).containsExactly("session read");
        assertThat(checks.get(2).getAttributes().get(AttributeKey.stringArrayKey("gatehouse.authz.checks")))
                .containsExactly("oidc");
        AuditEvent login = engine().audit().getFirst();
        assertThat(login.trace()).isEqualTo(TRACE);
        assertThat(login.span()).isEqualTo(checks.get(1).getSpanId());
    }

    @Test
    void aRefreshIsOneCallInTheTraceOfTheRequestThatBeganIt() throws Exception {
        policy(oidc -> {});
        browser.signOn("/");
        spans();
        clock.move(Duration.ofSeconds(301));
        List<CompletableFuture<Reply>> both = new ArrayList<>();
        sampled("01", () -> both.add(browser.begin("GET", "/", Map.of("accept", "*/*"), "")));
        // Not sampled: none of what follows for it is in the trace of the other.
        sampled("00", () -> both.add(browser.begin("GET", "/", Map.of("accept", "*/*"), "")));
        assertThat(both).allMatch(each -> each.join().allowed());
        // The lock is given back without anyone who waits for it.
        Await.until(
                () -> exporter.getFinishedSpanItems().stream()
                        .anyMatch(span -> span.getName().equals("session unlock")),
                Duration.ofSeconds(10),
                () -> exporter.getFinishedSpanItems().toString());
        List<SpanData> all = spans();
        assertThat(checks(all)).hasSize(1);
        assertThat(all)
                .filteredOn(span -> span.getName().equals("provider token"))
                .hasSize(1);
        assertThat(childrenOf(checks(all).getFirst(), all))
                .contains("session read", "session lock", "provider token", "session replace", "session unlock");
        assertThat(engine().audit().getLast().kind()).isEqualTo(AuditEvent.Kind.REFRESH);
    }

    @Test
    void withoutASampledSpanOfTheProxyThereIsNone() {
        policy(oidc -> {});
        assertThat(sampled("00", () -> browser.signOn("/")).allowed()).isTrue();
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(spans()).isEmpty();
        assertThat(engine().audit()).allMatch(event -> event.span().isEmpty());
    }

    @Test
    void whatADenialSaysIsWhatMetricsSay() throws NoSuchAlgorithmException {
        engine().push(AccessPolicy.newBuilder()
                .setName(POLICY)
                .setApiKeyAuth(ApiKeyAuth.newBuilder()
                        .addCredentials(ApiKeyAuth.Credential.newBuilder()
                                .setClientId("partner")
                                .setKeySha256(ByteString.copyFrom(
                                        MessageDigest.getInstance("SHA-256").digest("s3cr3t-key".getBytes()))))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setHeader("x-api-key")))
                .build());
        sampled("01", () -> browser.send("GET", "/?token=abc", Map.of("x-api-key", "wr0ng-key")));
        sampled("01", () -> browser.send("GET", "/", Map.of("x-api-key", "s3cr3t-key")));
        sampled("01", () -> new Browser(this::engine, "no/policy").send("GET", "/", Map.of()));
        List<SpanData> all = spans();
        assertThat(all)
                .extracting(span -> text(span, "gatehouse.authz.decision") + " " + text(span, "gatehouse.authz.outcome")
                        + " " + span.getStatus().getStatusCode())
                .containsExactly("denied key-unknown UNSET", "allowed null UNSET", "denied unknown-policy ERROR");
        assertThat(all.toString()).doesNotContain("s3cr3t", "wr0ng", "token=abc");
    }

    @Test
    void noSpanHasASecret() {
        policy(oidc -> {});
        Reply first = sampled("01", () -> browser.get("/orders?card=4111111111111111"));
        String callback = sampled("01", () -> browser.visit(first.location()));
        sampled("01", () -> browser.get(callback));
        clock.move(Duration.ofSeconds(301));
        assertThat(sampled("01", () -> browser.script("/?q=private")).allowed()).isTrue();
        sampled("01", () -> browser.get("/logout"));
        List<SpanData> spans = spans();
        // The keys of sessions are digests of tickets.
        assertThat(spans)
                .filteredOn(span -> span.getName().startsWith("session "))
                .isNotEmpty()
                .allMatch(span ->
                        span.getAttributes().asMap().equals(Map.of(AttributeKey.stringKey("db.system.name"), "redis")));
        String all = spans.toString();
        assertThat(all).contains("provider token").contains("session end");
        List<String> secrets = new ArrayList<>(browser.cookies.values());
        secrets.addAll(List.of(
                OpenIdProvider.SECRET,
                "4111",
                "card=",
                "q=private",
                parameter(callback, "code"),
                parameter(callback, "state")));
        for (String secret : secrets) {
            assertThat(all).doesNotContain(secret);
        }
    }
}
