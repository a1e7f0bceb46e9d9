package dev.gatehouse.waf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The filter as the controller configures it, in a real Envoy, before a route that answers by itself. */
@QuarkusTest
class WafThroughEnvoyIT {
    @Inject
    Policies policies;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int wafPort;

    private static String bootstrap(int port, int wafPort) {
        return """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: http
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    filter_chains:
                    - filters:
                      - name: hcm
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: http
                          local_reply_config:
                            body_format: {text_format_source: {inline_string: "%%LOCAL_REPLY_BODY%%[%%RESPONSE_CODE_DETAILS%%]"}}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              response_headers_to_add:
                              - header: {key: x-rules, value: "%%DYNAMIC_METADATA(gatehouse.waf:rule_ids)%%"}
                              routes:
                              - match: {prefix: /unknown}
                                direct_response: {status: 200, body: {inline_string: open}}
                                typed_per_filter_config:
                                  waf:
                                    "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute
                                    overrides: {grpc_initial_metadata: [{key: x-gatehouse-waf-policy, value: shop/none}]}
                              - match: {prefix: /}
                                direct_response: {status: 200, body: {inline_string: the answer ORA-1}}
                                typed_per_filter_config:
                                  waf:
                                    "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute
                                    overrides: {grpc_initial_metadata: [{key: x-gatehouse-waf-policy, value: shop/strict}]}
                          http_filters:
                          - name: waf
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                              grpc_service: {envoy_grpc: {cluster_name: waf}, timeout: 5s}
                              message_timeout: 2s
                              allow_mode_override: true
                              processing_mode: {request_header_mode: SEND, response_header_mode: SKIP}
                              request_attributes: [source.address, request.protocol]
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
                """.formatted(port, wafPort);
    }

    private static HttpResponse<String> send(int port, String path, String... form)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            if (form.length > 0) {
                request.header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form[0]));
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void envoyBlocksWhatTheRulesRefuse() throws IOException, InterruptedException {
        String directives = """
                SecRequestBodyAccess On
                SecRule REMOTE_ADDR "@ipMatch 127.0.0.1" "id:1,phase:1,pass,nolog"
                SecRule ARGS "@rx (?i)<script" "id:2,phase:2,deny,status:406"
                SecRule REQUEST_FILENAME "@streq /old" "id:3,phase:1,redirect:https://example.com/new"
                SecRule REQUEST_FILENAME "@streq /leak" "id:4,phase:3,deny,status:502,chain"
                  SecRule RESPONSE_STATUS "@streq 200"
                """;
        policies.replace(
                List.of(new PolicyText("shop/strict", EngineMode.ON, List.of(new Source("directives", directives)))));
        int port = FreePorts.one();
        try (RealEnvoy envoy = RealEnvoy.withBootstrap(bootstrap(port, wafPort)).awaitReady()) {
            HttpResponse<String> good = send(port, "/?q=1");
            assertThat(good.statusCode())
                    .as(() -> String.join("\n", envoy.log()))
                    .isEqualTo(200);
            assertThat(good.headers().firstValue("x-rules"))
                    .as("the client's address was known")
                    .contains("[1]");
            assertThat(send(port, "/?q=%3CScript%3E").statusCode()).isEqualTo(406);
            assertThat(send(port, "/", "a=1&q=%3CScript%3E").statusCode()).isEqualTo(406);
            assertThat(send(port, "/", "a=1&q=" + "x".repeat(20_000)).statusCode())
                    .isEqualTo(200);
            assertThat(send(port, "/old").headers().firstValue("location")).contains("https://example.com/new");
            assertThat(send(port, "/leak").statusCode()).isEqualTo(502);
            HttpResponse<String> unknown = send(port, "/unknown");
            assertThat(unknown.statusCode()).isEqualTo(503);
            assertThat(unknown.body()).contains("waf_unavailable{unknown_policy}");
            assertThat(send(port, "/?q=%3CScript%3E").body()).contains("waf_blocked{rule_id=2}");
        }
    }
}
