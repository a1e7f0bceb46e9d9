package dev.gatehouse.waf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.waf.http.PlainBackend;
import dev.gatehouse.waf.http.PlainClient;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import dev.gatehouse.waf.policy.RuleText;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter as the controller configures it, in a real Envoy, before a backend that tells what has reached it. */
@QuarkusTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WafThroughEnvoyIT {
    private static final int LIMIT = 100_000;
    private static final int RESPONSE_LIMIT = 200_000;
    private static final String SCRIPT = "&q=%3CScript%3E";

    private static final String RULES = """
            SecRequestBodyAccess On
            SecResponseBodyAccess On
            SecRequestBodyLimit 100000
            SecResponseBodyLimit 200000
            SecRequestBodyLimitAction %s
            SecResponseBodyLimitAction %s
            SecRule REMOTE_ADDR "@ipMatch 127.0.0.1" "id:1,phase:1,pass,log,tag:'local',chain"
              SecRule SERVER_ADDR "@ipMatch 127.0.0.1"
            SecRule ARGS "@rx (?i)<script" "id:2,phase:2,deny,status:406,setvar:tx.inbound_anomaly_score=5"
            SecRule REQUEST_FILENAME "@streq /old" "id:3,phase:1,redirect:https://example.com/new"
            SecRule REQUEST_FILENAME "@streq /drop" "id:4,phase:1,drop"
            SecRule RESPONSE_BODY "@contains ORA-" "id:5,phase:4,deny,status:502"
            SecRule RESPONSE_HEADERS:Content-Type "@streq application/x-secret" "id:6,phase:3,deny,status:500"
            """;

    @Inject
    Policies policies;

    @Inject
    BodyBudget bodies;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int wafPort;

    private final int port = FreePorts.one();
    private boolean started;

    @SuppressWarnings("NullAway.Init")
    private PlainBackend backend;

    @SuppressWarnings("NullAway.Init")
    private RealEnvoy envoy;

    private static String route(String name, String prefix, String policy, String mode, String more) {
        return """
                - name: %s
                  match: {%s}
                  request_body_buffer_limit: 270000
                  route: {cluster: backend%s}
                  typed_per_filter_config:
                    waf:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute
                      overrides:
                        grpc_initial_metadata:
                        - {key: x-gatehouse-waf-policy, value: %s}
                        - {key: x-gatehouse-waf-buffer-bytes, value: "270000"}
                        %s
                """.formatted(name, prefix, more, policy, mode);
    }

    /** A policy's name is the first segment of the authority. */
    private static String host(String name, String policy, String mode) {
        return "- name: " + name + "\n  domains: [" + name + "]\n"
                + "  response_headers_to_add: [{header: {key: x-waf, value: \"%DYNAMIC_METADATA(gatehouse.waf)%\"}}]\n"
                + "  routes:\n"
                + route(name, "prefix: /", policy, mode, "").indent(2);
    }

    private static final String DUPLEX = "processing_mode: {request_header_mode: SEND, request_body_mode:"
            + " FULL_DUPLEX_STREAMED, request_trailer_mode: SEND, response_header_mode: SEND, response_body_mode:"
            + " FULL_DUPLEX_STREAMED, response_trailer_mode: SEND}";

    private static String bootstrap(int port, int wafPort, int backendPort) {
        String hosts = host("shop.example", "shop/strict", "")
                + host("partial.example", "shop/partial", "")
                + host("watch.example", "shop/watch", "")
                + host("streamed-shop.example", "shop/strict", DUPLEX)
                + host("streamed-partial.example", "shop/partial", DUPLEX)
                + host("unknown.example", "shop/none", "");
        return """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: http
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    per_connection_buffer_limit_bytes: 32768
                    filter_chains:
                    - filters:
                      - name: hcm
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: http
                          use_remote_address: true
                          http_protocol_options: {enable_trailers: true}
                          upgrade_configs: [{upgrade_type: websocket}]
                          local_reply_config:
                            body_format: {text_format_source: {inline_string: "%%LOCAL_REPLY_BODY%%[%%RESPONSE_CODE_DETAILS%%]"}}
                          route_config:
                            virtual_hosts:
                %s
                          http_filters:
                          - name: rbac
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                              rules:
                                action: DENY
                                policies:
                                  all:
                                    permissions: [{any: true}]
                                    principals: [{header: {name: x-denied, present_match: true}}]
                          - name: waf
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                              grpc_service: {envoy_grpc: {cluster_name: waf}}
                              message_timeout: 2s
                              allow_mode_override: true
                              processing_mode: {request_header_mode: SEND, response_header_mode: SKIP}
                              request_attributes: [source.address, destination.address, request.protocol, xds.route_name]
                              metadata_options: {receiving_namespaces: {untyped: [gatehouse.waf]}}
                              status_on_error: {code: 503}
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  clusters:
                  - name: waf
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: waf
                      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
                  - name: backend
                    type: STATIC
                    per_connection_buffer_limit_bytes: 32768
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http_protocol_options: {enable_trailers: true}}
                    load_assignment:
                      cluster_name: backend
                      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
                """.formatted(port, hosts.indent(12), wafPort, backendPort);
    }

    @BeforeEach
    void start() throws IOException {
        policies.update(
                List.of(
                        policy("shop/strict", EngineMode.ON, RULES.formatted("Reject", "Reject")),
                        policy("shop/partial", EngineMode.ON, RULES.formatted("ProcessPartial", "ProcessPartial")),
                        policy("shop/watch", EngineMode.DETECTION_ONLY, RULES.formatted("Reject", "Reject"))),
                Set.of());
        if (!started) {
            started = true;
            backend = PlainBackend.start();
            envoy = RealEnvoy.withBootstrap(bootstrap(port, wafPort, backend.port()))
                    .awaitReady();
        }
    }

    @AfterAll
    void stop() throws IOException {
        if (started) {
            envoy.close();
            backend.close();
        }
    }

    private static PolicyText policy(String name, EngineMode mode, String directives) {
        return new PolicyText(
                name,
                new PolicyText.Variant(mode, new RuleText(List.of(new Source("directives", directives)))),
                false,
                List.of(),
                false);
    }

    private PlainClient.Answer get(String host, String path) throws IOException {
        return PlainClient.send(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    private PlainClient.Answer post(String host, String path, String body) throws IOException {
        return PlainClient.send(port, form(host, path) + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static String form(String host, String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    }

    private PlainClient.Answer chunked(String host, int chunk, String body, String trailers) throws IOException {
        StringBuilder text = new StringBuilder(form(host, "/")).append("Transfer-Encoding: chunked\r\n\r\n");
        for (int from = 0; from < body.length(); from += chunk) {
            String part = body.substring(from, Math.min(from + chunk, body.length()));
            text.append(Integer.toHexString(part.length()))
                    .append("\r\n")
                    .append(part)
                    .append("\r\n");
        }
        return PlainClient.send(port, text.append("0\r\n" + trailers + "\r\n").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void whatTheRulesRefuseIsBlockedAndTheRestReachesTheBackend(String host) throws IOException {
        PlainClient.Answer good = get(host, "/?q=1");
        assertThat(good.status())
                .as(() -> good + "\n" + String.join("\n", envoy.log()))
                .isEqualTo(200);
        assertThat(good.headers().toString())
                .as("both addresses were known, and what matched is in the metadata")
                .contains("\"rule_ids\":[1]", "\"tags\":[\"local\"]", "\"policy\":\"shop/strict\"");
        PlainClient.Answer bad = get(host, "/?q=%3CScript%3E");
        assertThat(bad.status()).isEqualTo(406);
        assertThat(bad.body()).contains("waf_blocked{rule_id=2,phase=2,score=5}");
        assertThat(post(host, "/", "a=1" + SCRIPT).status()).isEqualTo(406);
        assertThat(post(host, "/", "a=1&q=" + "x".repeat(60_000)).body()).startsWith("bytes=60006 ");
        assertThat(get(host, "/old").headers()).contains("location: https://example.com/new");
        PlainClient.Answer dropped = get(host, "/drop");
        assertThat(dropped.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void chunksAndTrailersAreSeenWhole(String host) throws IOException {
        assertThat(chunked(host, 1, "a=1" + SCRIPT, "").status()).isEqualTo(406);
        assertThat(chunked(host, 5, "a=1" + SCRIPT, "x-sum: 1\r\n").status()).isEqualTo(406);
        PlainClient.Answer good = chunked(host, 7_000, "a=" + "x".repeat(50_000), "x-sum: 1\r\n");
        assertThat(good.body()).startsWith("bytes=50002 ").contains("x-sum: 1");
        assertThat(chunked(host, 10, "", "x-sum: 1\r\n").body()).startsWith("bytes=0 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void aBodyOverTheLimitIsRefusedWith413(String host) throws IOException {
        assertThat(post(host, "/", "x".repeat(LIMIT)).status()).isEqualTo(200);
        PlainClient.Answer longer = post(host, "/", "x".repeat(LIMIT + 1));
        assertThat(longer.status()).isEqualTo(413);
        assertThat(longer.body()).contains("waf_blocked{rule_id=0");
        int before = backend.requests();
        assertThat(post(host, "/", "x".repeat(2_000_000)).status()).isEqualTo(413);
        assertThat(chunked(host, 8_000, "x".repeat(LIMIT + 1), "").status()).isEqualTo(413);
        assertThat(chunked(host, 8_000, "x".repeat(1_000_000), "").status()).isEqualTo(413);
        assertThat(chunked(host, 8_000, "x".repeat(1_000_000), "x-sum: 1\r\n").status())
                .isEqualTo(413);
        assertThat(backend.requests()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"partial.example", "streamed-partial.example"})
    void theBeginningOfALongBodyIsInspectedWhereTheRulesSaySo(String host) throws IOException {
        PlainClient.Answer good = post(host, "/", "a=" + "x".repeat(1_000_000));
        assertThat(good.status()).as(good.toString()).isEqualTo(200);
        assertThat(good.body()).startsWith("bytes=1000002 ");
        assertThat(post(host, "/", "q=%3CScript%3E&a=" + "x".repeat(1_000_000)).status())
                .isEqualTo(406);
        assertThat(post(host, "/", "a=" + "x".repeat(1_000_000) + SCRIPT).body())
                .as("what is past the limit is not seen")
                .startsWith("bytes=");
    }

    @Test
    void detectionOnlyNeverRefusesALongBody() throws IOException {
        assertThat(post("watch.example", "/", "a=" + "x".repeat(500_000)).body())
                .startsWith("bytes=500002 ");
        PlainClient.Answer found = get("watch.example", "/?q=%3CScript%3E");
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.headers().toString()).contains("\"blocked\":false", "\"rule_ids\":[1,2]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void responsesAreInspectedUpToTheirLimit(String host) throws IOException {
        assertThat(get(host, "/page/60000").body()).hasSize(60_000);
        assertThat(get(host, "/leak/10").status()).isEqualTo(502);
        assertThat(get(host, "/leak/60000").status()).isEqualTo(502);
        assertThat(get(host, "/leak/150000").status()).isEqualTo(502);
        assertThat(get(host, "/leak/190000").status()).isEqualTo(502);
        assertThat(get(host, "/page/230000").status()).as("over the limit").isEqualTo(500);
        assertThat(get(host, "/page/400000").status())
                .as("over what Envoy holds, too")
                .isEqualTo(500);
        assertThat(get(host, "/chunks/400000").status())
                .as("of a length that is not told")
                .isEqualTo(500);
        assertThat(get(host, "/chunks/190000").body()).hasSize(190_000);
        assertThat(get(host, "/file/400000").body())
                .as("a type that is not looked at")
                .hasSize(400_009);
    }

    @ParameterizedTest
    @ValueSource(strings = {"partial.example", "streamed-partial.example"})
    void theBeginningOfALongResponseIsInspectedWhereTheRulesSaySo(String host) throws IOException {
        assertThat(get(host, "/page/400000").body()).hasSize(400_000);
        assertThat(get(host, "/leak/400000").body())
                .as("the error is past the limit")
                .hasSize(400_009);
        assertThat(get(host, "/leak/100").status()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void messagesWithoutABodyAndThoseThatWaitToContinueAreServed(String host) throws IOException {
        PlainClient.Answer head = PlainClient.send(port, "HEAD /page/100 HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(post(host, "/", "").body()).startsWith("bytes=0 ");
        try (PlainClient client = new PlainClient(port)) {
            client.write(form(host, "/") + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readAny(true).status()).isEqualTo(100);
            client.write("a=xyz");
            assertThat(client.read(true).body()).startsWith("bytes=5 ");
        }
    }

    @Test
    void aWebSocketIsNotBuffered() throws IOException {
        try (PlainClient client = new PlainClient(port)) {
            client.write(
                    "GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.readAny(false).status()).isEqualTo(101);
            for (int i = 0; i < 3; i++) {
                client.write("frame" + i);
                assertThat(client.bytes(6)).isEqualTo("frame" + i);
            }
        }
        assertThat(PlainClient.send(
                                port,
                                "POST /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                        + "Content-Length: 14\r\n\r\nq=%3Cscript%3E")
                        .body())
                .as("no body is hidden behind an upgrade")
                .contains("waf_refused{upgrade_with_body}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example"})
    void aClientThatGoesAwayInTheMiddleOfABodyLeavesNothingBehind(String host) throws IOException {
        int before = backend.requests();
        for (int i = 0; i < 20; i++) {
            try (PlainClient client = new PlainClient(port)) {
                client.write(form(host, "/") + "Content-Length: 90000\r\n\r\n" + "x".repeat(40_000));
            }
        }
        Await.until(() -> bodies.held() == 0, Duration.ofSeconds(10), () -> bodies.held() + " bytes are held");
        assertThat(backend.requests()).isEqualTo(before);
        assertThat(get(host, "/").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "streamed-shop.example", "streamed-partial.example"})
    void theAnswerOfAFilterBeforeTheWafPassesAsItIs(String host) throws IOException {
        PlainClient.Answer denied =
                PlainClient.send(port, "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-Denied: 1\r\n\r\n");
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.body()).contains("rbac_access_denied");
        PlainClient.Answer upload = PlainClient.send(
                port, form(host, "/") + "X-Denied: 1\r\nContent-Length: 90000\r\n\r\n" + "x".repeat(90_000));
        assertThat(upload.body()).contains("rbac_access_denied");
    }

    @Test
    void aBodyThatStopsComingIsRefusedAndGivesItsMemoryBack() throws IOException {
        int before = backend.requests();
        try (PlainClient client = new PlainClient(port)) {
            client.write(form("streamed-shop.example", "/") + "Content-Length: 90000\r\n\r\n" + "x".repeat(40_000));
            PlainClient.Answer late = client.read(true);
            assertThat(late.status()).isEqualTo(408);
            assertThat(late.body()).contains("waf_refused{slow_body}");
        }
        Await.until(() -> bodies.held() == 0, Duration.ofSeconds(10), () -> bodies.held() + " bytes are held");
        assertThat(backend.requests()).isEqualTo(before);
    }

    @Test
    void withoutAPolicyNothingPasses() throws IOException {
        PlainClient.Answer unknown = get("unknown.example", "/");
        assertThat(unknown.status()).isEqualTo(503);
        assertThat(unknown.body()).contains("waf_unavailable{unknown_policy}");
    }
}
