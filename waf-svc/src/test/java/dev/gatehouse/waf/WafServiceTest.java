package dev.gatehouse.waf;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProtocolConfiguration;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class WafServiceTest {
    private static final String DIRECTIVES = """
            SecRequestBodyAccess On
            SecResponseBodyAccess On
            SecRule REQUEST_HEADERS:User-Agent "@pm sqlmap" "id:10,phase:1,deny,msg:'Scanner'"
            SecRule REMOTE_ADDR "@ipMatch 203.0.113.0/24" "id:11,phase:1,deny,status:451"
            SecRule REQUEST_FILENAME "@streq /old" "id:12,phase:1,redirect:https://example.com/new"
            SecRule ARGS "@rx (?i)<script" "id:20,phase:2,pass,setvar:tx.inbound_anomaly_score=+5"
            SecRule TX:inbound_anomaly_score "@ge 5" "id:21,phase:2,deny"
            """;

    @Inject
    Policies policies;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    private final BlockingQueue<ProcessingResponse> responses = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        List<Source> request = List.of(new Source("directives[0]", DIRECTIVES));
        List<Source> response = List.of(new Source("directives[0]", """
                SecResponseBodyAccess On
                SecRule RESPONSE_BODY "@contains ORA-" "id:30,phase:4,deny,status:502"
                """));
        policies.update(
                List.of(
                        new PolicyText("shop/strict", EngineMode.ON, request),
                        new PolicyText("shop/watch", EngineMode.DETECTION_ONLY, request),
                        new PolicyText("shop/leaks", EngineMode.ON, response),
                        new PolicyText("shop/off", EngineMode.OFF, request),
                        new PolicyText(
                                "shop/audited",
                                EngineMode.ON,
                                List.of(new Source(
                                        "directives[0]",
                                        DIRECTIVES + "SecAuditEngine RelevantOnly\nSecAuditLogFormat JSON\n"))),
                        new PolicyText("shop/broken", EngineMode.ON, List.of(new Source("x", "Nonsense")))),
                Set.of());
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    private StreamObserver<ProcessingRequest> process(String... policy) {
        Metadata metadata = new Metadata();
        for (String name : policy) {
            metadata.put(Metadata.Key.of("x-gatehouse-waf-policy", Metadata.ASCII_STRING_MARSHALLER), name);
        }
        return ExternalProcessorGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .process(new StreamObserver<>() {
                    @Override
                    public void onNext(ProcessingResponse response) {
                        responses.add(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        ends.add(failure.toString());
                    }

                    @Override
                    public void onCompleted() {
                        ends.add("completed");
                    }
                });
    }

    private ProcessingResponse next() throws InterruptedException {
        return Objects.requireNonNull(responses.poll(10, SECONDS), "no response within 10 s");
    }

    private static HttpHeaders headers(boolean end, String... pairs) {
        HeaderMap.Builder map = HeaderMap.newBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            map.addHeaders(
                    HeaderValue.newBuilder().setKey(pairs[i]).setRawValue(ByteString.copyFromUtf8(pairs[i + 1])));
        }
        return HttpHeaders.newBuilder().setHeaders(map).setEndOfStream(end).build();
    }

    private static ProcessingRequest get(String path, String client, String... more) {
        String[] pairs = new String[6 + more.length];
        System.arraycopy(new String[] {":method", "GET", ":path", path, ":authority", "shop.example"}, 0, pairs, 0, 6);
        System.arraycopy(more, 0, pairs, 6, more.length);
        return ProcessingRequest.newBuilder()
                .setRequestHeaders(headers(true, pairs))
                .putAttributes("envoy.filters.http.ext_proc", attributes(client))
                .build();
    }

    private static Struct attributes(String client) {
        return Struct.newBuilder()
                .putFields(
                        "source.address",
                        Value.newBuilder().setStringValue(client).build())
                .putFields(
                        "request.protocol",
                        Value.newBuilder().setStringValue("HTTP/2").build())
                .build();
    }

    private static ProcessingRequest post() {
        return ProcessingRequest.newBuilder()
                .setRequestHeaders(headers(
                        false, ":method", "POST", ":path", "/", "content-type", "application/x-www-form-urlencoded"))
                .build();
    }

    private ImmediateResponse refused(String path, String client, String policy, String... headers)
            throws InterruptedException {
        process(policy).onNext(get(path, client, headers));
        ProcessingResponse response = next();
        assertThat(response.hasImmediateResponse()).isTrue();
        assertThat(ends.poll(10, SECONDS)).isEqualTo("completed");
        return response.getImmediateResponse();
    }

    @Test
    void aRequestThatNoRuleMatchesGoesOnWithoutBodyOrResponseBeingAskedFor() throws InterruptedException {
        StreamObserver<ProcessingRequest> requests = process("shop/strict");
        requests.onNext(get("/?q=1", "192.0.2.1:5555", "user-agent", "curl"));
        ProcessingResponse response = next();
        assertThat(response.hasRequestHeaders()).isTrue();
        assertThat(response.hasModeOverride()).isFalse();
        assertThat(response.hasDynamicMetadata()).isFalse();
        requests.onCompleted();
        assertThat(ends.poll(10, SECONDS)).isEqualTo("completed");
    }

    @Test
    void headersThatARuleRefusesAreAnsweredAtOnce() throws InterruptedException {
        ImmediateResponse scanner = refused("/", "192.0.2.1:1", "shop/strict", "user-agent", "SQLMap");
        assertThat(scanner.getStatus().getCodeValue()).isEqualTo(403);
        assertThat(scanner.getDetails()).isEqualTo("waf_blocked{rule_id=10,phase=1}");
        assertThat(refused("/", "203.0.113.9:1", "shop/strict").getStatus().getCodeValue())
                .isEqualTo(451);
        ImmediateResponse redirect = refused("/old", "192.0.2.1:1", "shop/strict");
        assertThat(redirect.getStatus().getCodeValue()).isEqualTo(302);
        assertThat(redirect.getHeaders()
                        .getSetHeaders(0)
                        .getHeader()
                        .getRawValue()
                        .toStringUtf8())
                .isEqualTo("https://example.com/new");
    }

    @Test
    void aRequestWithoutABodyRunsPhaseTwoAtOnceAndTellsWhatItFound() throws InterruptedException {
        process("shop/strict").onNext(get("/?q=%3CSCRIPT", "192.0.2.1:1"));
        ProcessingResponse response = next();
        assertThat(response.getImmediateResponse().getDetails()).isEqualTo("waf_blocked{rule_id=21,phase=2,score=5}");
        Struct waf =
                response.getDynamicMetadata().getFieldsOrThrow("gatehouse.waf").getStructValue();
        assertThat(waf.getFieldsOrThrow("blocked").getBoolValue()).isTrue();
        assertThat(waf.getFieldsOrThrow("score").getNumberValue()).isEqualTo(5);
        assertThat(waf.getFieldsOrThrow("rule_ids").getListValue().getValuesList())
                .extracting(Value::getNumberValue)
                .containsExactly(20.0, 21.0);
    }

    @Test
    void aBodyIsAskedForAndInspected() throws InterruptedException {
        StreamObserver<ProcessingRequest> requests = process("shop/strict");
        requests.onNext(post());
        ProcessingMode mode = next().getModeOverride();
        assertThat(mode.getRequestBodyMode())
                .as("its length is not told")
                .isEqualTo(ProcessingMode.BodySendMode.BUFFERED_PARTIAL);
        assertThat(mode.getResponseHeaderMode()).isEqualTo(ProcessingMode.HeaderSendMode.SKIP);
        requests.onNext(ProcessingRequest.newBuilder()
                .setRequestBody(HttpBody.newBuilder()
                        .setBody(ByteString.copyFromUtf8("comment=%3Cscript%3E"))
                        .setEndOfStream(true))
                .build());
        assertThat(next().getImmediateResponse().getStatus().getCodeValue()).isEqualTo(403);
    }

    @Test
    void forALargeBodyEnvoyIsAskedToWaitLonger() throws InterruptedException {
        StreamObserver<ProcessingRequest> requests = process("shop/strict");
        requests.onNext(post());
        next();
        requests.onNext(ProcessingRequest.newBuilder()
                .setRequestBody(HttpBody.newBuilder()
                        .setBody(ByteString.copyFromUtf8("comment=" + "x".repeat(1_500_000)))
                        .setEndOfStream(true))
                .build());
        assertThat(next().getOverrideMessageTimeout().getSeconds())
                .as("two seconds, and one for each mebibyte that is begun")
                .isEqualTo(4);
        assertThat(next().hasRequestBody()).isTrue();
    }

    @Test
    void detectOnlyFindsAndBlocksNothing() throws InterruptedException {
        process("shop/watch").onNext(get("/?q=<script", "192.0.2.1:1", "user-agent", "sqlmap"));
        ProcessingResponse response = next();
        assertThat(response.hasRequestHeaders()).isTrue();
        Struct waf =
                response.getDynamicMetadata().getFieldsOrThrow("gatehouse.waf").getStructValue();
        assertThat(waf.getFieldsOrThrow("blocked").getBoolValue()).isFalse();
        assertThat(waf.getFieldsOrThrow("rule_ids").getListValue().getValuesCount())
                .isEqualTo(3);
    }

    @Test
    void offLetsEverythingPass() throws InterruptedException {
        process("shop/off").onNext(get("/", "203.0.113.9:1", "user-agent", "sqlmap"));
        ProcessingResponse response = next();
        assertThat(response.hasRequestHeaders()).isTrue();
        assertThat(response.hasModeOverride()).isFalse();
    }

    @Test
    void withoutAUsablePolicyNothingPasses() throws InterruptedException {
        assertThat(refused("/", "192.0.2.1:1", "shop/none").getDetails()).isEqualTo("waf_unavailable{unknown_policy}");
        assertThat(refused("/", "192.0.2.1:1", "shop/broken").getDetails()).isEqualTo("waf_unavailable{broken_policy}");
        process().onNext(get("/", "192.0.2.1:1"));
        ImmediateResponse unnamed = next().getImmediateResponse();
        assertThat(unnamed.getStatus().getCodeValue()).isEqualTo(503);
        assertThat(unnamed.getDetails()).isEqualTo("waf_unavailable{no_policy_named}");
    }

    @Test
    void aResponsesBodyIsAskedForAndReplacedIfARuleRefusesIt() throws InterruptedException {
        StreamObserver<ProcessingRequest> requests = process("shop/leaks");
        requests.onNext(get("/", "192.0.2.1:1"));
        assertThat(next().getModeOverride().getResponseHeaderMode()).isEqualTo(ProcessingMode.HeaderSendMode.SEND);
        requests.onNext(ProcessingRequest.newBuilder()
                .setResponseHeaders(headers(false, ":status", "200", "content-type", "text/html"))
                .build());
        assertThat(next().getModeOverride().getResponseBodyMode())
                .isEqualTo(ProcessingMode.BodySendMode.BUFFERED_PARTIAL);
        requests.onNext(ProcessingRequest.newBuilder()
                .setResponseBody(HttpBody.newBuilder()
                        .setBody(ByteString.copyFromUtf8("<b>ORA-00942</b>"))
                        .setEndOfStream(true))
                .build());
        assertThat(next().getImmediateResponse().getStatus().getCodeValue()).isEqualTo(502);
    }

    @Test
    void aResponseWithoutARequestIsTheProxysOwnAndPassesAsItIs() throws InterruptedException {
        double before = unavailable();
        StreamObserver<ProcessingRequest> requests = process("shop/leaks");
        requests.onNext(ProcessingRequest.newBuilder()
                .setProtocolConfig(ProtocolConfiguration.newBuilder()
                        .setRequestBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED)
                        .setResponseBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED))
                .setResponseHeaders(headers(false, ":status", "401", "content-type", "text/html"))
                .build());
        assertThat(next().hasResponseHeaders()).isTrue();
        requests.onNext(ProcessingRequest.newBuilder()
                .setResponseBody(HttpBody.newBuilder()
                        .setBody(ByteString.copyFromUtf8("a page about ORA-00942"))
                        .setEndOfStream(true))
                .build());
        assertThat(next().getResponseBody()
                        .getResponse()
                        .getBodyMutation()
                        .getStreamedResponse()
                        .getBody()
                        .toStringUtf8())
                .isEqualTo("a page about ORA-00942");
        requests.onCompleted();
        assertThat(ends.poll(10, SECONDS)).isEqualTo("completed");
        assertThat(unavailable()).isEqualTo(before);
    }

    @Test
    void aRequestIsInspectedWhateverStandsBeforeItInItsStream() throws InterruptedException {
        StreamObserver<ProcessingRequest> requests = process("shop/strict");
        requests.onNext(ProcessingRequest.newBuilder()
                .setProtocolConfig(ProtocolConfiguration.newBuilder()
                        .setRequestBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED)
                        .setResponseBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED))
                .setResponseHeaders(headers(true, ":status", "401"))
                .build());
        assertThat(next().hasResponseHeaders()).isTrue();
        requests.onNext(get("/", "192.0.2.1:1", "user-agent", "sqlmap"));
        assertThat(next().getImmediateResponse().getStatus().getCodeValue()).isEqualTo(403);
    }

    @Test
    void healthAndMetricsTellOfPolicies() throws InterruptedException {
        refused("/", "192.0.2.1:1", "shop/strict", "user-agent", "sqlmap");
        given().get("/q/health/ready").then().statusCode(200).body(containsString("waf: policies"));
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("gatehouse_waf_policies 6.0"))
                .body(containsString("gatehouse_waf_blocks_total{phase=\"1\",policy=\""))
                .body(containsString("gatehouse_waf_transactions_seconds_count{outcome=\"blocked\"}"));
    }

    @Test
    void aTransactionThatARuleFindsRelevantIsWrittenToTheAuditLog() throws InterruptedException {
        double before = audited();
        refused("/", "192.0.2.1:1", "shop/audited", "user-agent", "sqlmap");
        long deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (audited() < before + 1 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(audited()).isEqualTo(before + 1);
    }

    private static double audited() {
        return metric("gatehouse_waf_audit_records_total{outcome=\"written\"} ");
    }

    private static double unavailable() {
        return metric("gatehouse_waf_transactions_seconds_count{outcome=\"unavailable\"} ");
    }

    private static double metric(String line) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(metric -> metric.startsWith(line))
                .mapToDouble(metric -> Double.parseDouble(metric.substring(line.length())))
                .sum();
    }
}
