package dev.gatehouse.waf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclangtools.GoModule;
import dev.gatehouse.seclangtools.ftw.BackendServer;
import dev.gatehouse.seclangtools.ftw.FtwFiles;
import dev.gatehouse.seclangtools.ftw.FtwRunner;
import dev.gatehouse.seclangtools.ftw.FtwTest;
import dev.gatehouse.seclangtools.ftw.MatchLog;
import dev.gatehouse.seclangtools.ftw.ProxySite;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The regression tests of the bundled OWASP Core Rule Set, through a real Envoy. Those that it does not let through as they are written are
 * listed, with the reason, in {@code core-rule-set-envoy.txt}; {@code -Dgolden.update=true} writes those that failed to
 * {@code target/core-rule-set-envoy.txt}.
 */
@QuarkusTest
class CoreRuleSetThroughEnvoyIT {

    @Inject
    Policies policies;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int wafPort;

    /** The lines of the logger {@code waf}. */
    private static final class Lines extends Handler implements MatchLog {
        private final List<String> lines = new ArrayList<>();

        @Override
        public synchronized void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public synchronized List<String> next() {
            List<String> next = List.copyOf(lines);
            lines.clear();
            return next;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static String bootstrap(int port, int wafPort, int backendPort) {
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
                          use_remote_address: true
                          normalize_path: false
                          merge_slashes: false
                          path_with_escaped_slashes_action: KEEP_UNCHANGED
                          common_http_protocol_options: {headers_with_underscores_action: ALLOW}
                          http_protocol_options: {accept_http_10: true, default_host_for_http_10: localhost, allow_absolute_url: true}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: ""}
                                name: all
                                request_body_buffer_limit: 13172736
                                route: {cluster: backend}
                                typed_per_filter_config:
                                  waf:
                                    "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute
                                    overrides: {grpc_initial_metadata: [{key: x-gatehouse-waf-policy, value: crs/ftw}]}
                          http_filters:
                          - name: waf
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                              grpc_service: {envoy_grpc: {cluster_name: waf}}
                              message_timeout: 10s
                              allow_mode_override: true
                              processing_mode: {request_header_mode: SEND, response_header_mode: SKIP}
                              request_attributes: [source.address, destination.address, request.protocol, xds.route_name]
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
                    load_assignment:
                      cluster_name: backend
                      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
                """.formatted(port, wafPort, backendPort);
    }

    private static Path module() throws InterruptedException {
        try {
            return GoModule.folder(GoModule.CORE_RULE_SET);
        } catch (IOException e) {
            Assumptions.abort("no " + GoModule.CORE_RULE_SET + ": " + e.getMessage());
            return Path.of("");
        }
    }

    /** Test ids to reasons. */
    private static Map<String, String> differences() throws IOException {
        Map<String, String> reasons = new TreeMap<>();
        try (InputStream in = CoreRuleSetThroughEnvoyIT.class.getResourceAsStream("core-rule-set-envoy.txt")) {
            String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(": ", 2))
                    .forEach(parts -> reasons.put(parts[0], parts[1]));
        }
        return reasons;
    }

    @Test
    void allTestsPassButThoseThatEnvoyRefusesOrRewrites() throws IOException, InterruptedException {
        Path tests = module().resolve("tests");
        assertThat(policies.update(
                        List.of(new PolicyText("crs/ftw", EngineMode.ON, List.of(new Source("ftw", """
                                Include @recommended-conf
                                Include @ftw-conf
                                Include @crs-setup-conf
                                Include @owasp_crs/*.conf
                                """)))), Set.of()))
                .isEmpty();
        Lines lines = new Lines();
        Logger waf = Logger.getLogger("waf");
        waf.addHandler(lines);
        waf.setUseParentHandlers(false);
        int port = FreePorts.one();
        List<FtwRunner.Result> results = new ArrayList<>();
        try (BackendServer backend = BackendServer.start();
                RealEnvoy envoy = RealEnvoy.withBootstrap(bootstrap(port, wafPort, backend.port()))
                        .awaitReady()) {
            assertThat(envoy.log()).isNotNull();
            FtwRunner runner = new FtwRunner(
                    new ProxySite(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "localhost", lines));
            for (FtwTest test : FtwFiles.read(tests)) {
                results.add(runner.run(test));
            }
        } finally {
            waf.removeHandler(lines);
            waf.setUseParentHandlers(true);
        }
        report(results);
        Map<String, String> differences = differences();
        Set<String> failed = new TreeSet<>();
        results.stream()
                .filter(result -> !result.passed())
                .map(result -> result.test().id())
                .forEach(failed::add);
        assertThat(results).hasSizeGreaterThan(4_000);
        assertThat(failed).isEqualTo(new TreeSet<>(differences.keySet()));
    }

    private static void report(List<FtwRunner.Result> results) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            StringBuilder text = new StringBuilder();
            results.stream()
                    .filter(result -> !result.passed())
                    .forEach(result -> text.append(result.test().id())
                            .append(": ")
                            .append(String.join("; ", result.failures()))
                            .append('\n'));
            Files.writeString(Path.of("target", "core-rule-set-envoy.txt"), text);
        }
    }
}
