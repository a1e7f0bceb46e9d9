package dev.gatehouse.waf.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.Phase;
import dev.gatehouse.seclang.RuleObserver;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.collection.Change;
import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.Record;
import dev.gatehouse.seclang.collection.RecordName;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.waf.http.PlainBackend;
import dev.gatehouse.waf.http.PlainClient;
import dev.gatehouse.waf.inspection.ErrorLog;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.load.LargeWork;
import dev.gatehouse.waf.load.SlowBodies;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import dev.gatehouse.waf.policy.RuleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service on a Unix socket beside a real Envoy; and what clients get while it is slow, full or gone. */
class SidecarIT {
    private static final InspectionMetrics NO_METRICS = new InspectionMetrics() {
        @Override
        public void finished(Outcome outcome, Duration engine, OptionalLong score) {}

        @Override
        public void blocked(String policy, String route, long ruleId, Phase phase) {}

        @Override
        public void matched(String policy, long ruleId, boolean blocked) {}

        @Override
        public void read(long requestBytes, long responseBytes) {}

        @Override
        public void shed(String reason, boolean passed) {}
    };

    /** Does not answer until the test lets it. */
    private static final class SlowStore implements CollectionStore {
        @Override
        public boolean waits() {
            return true;
        }

        private final CountDownLatch answers = new CountDownLatch(1);
        private final CountDownLatch asked = new CountDownLatch(1);

        @Override
        public Record load(RecordName name) {
            asked.countDown();
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Record.fresh(Instant.EPOCH);
        }

        @Override
        public void change(RecordName name, List<Change> changes, Duration timeout) {}
    }

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Policies policies = new Policies();
    private final Admission admission = new Admission(2, 0, Duration.ZERO);
    private final LargeWork large = new LargeWork(1, 0, Duration.ZERO);
    private final SlowBodies slow = new SlowBodies(Duration.ofSeconds(20), 1, System::nanoTime);
    private final BodyBudget bodies = new BodyBudget(8_000_000);
    private final SlowStore store = new SlowStore();
    private final int port = FreePorts.one();

    @SuppressWarnings("NullAway.Init")
    private SocketServer server;

    @SuppressWarnings("NullAway.Init")
    private PlainBackend backend;

    @SuppressWarnings("NullAway.Init")
    private RealEnvoy envoy;

    private static PolicyText policy(String name, boolean open) {
        return new PolicyText(
                name,
                new PolicyText.Variant(EngineMode.ON, new RuleText(List.of(new Source("d", """
                        SecRequestBodyAccess On
                        SecRule REQUEST_FILENAME "@streq /slow" "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}"
                        SecRule REQUEST_FILENAME "@streq /upload" "id:3,phase:2,pass,nolog,initcol:ip=%{REMOTE_ADDR}"
                        SecRule ARGS "@contains script" "id:2,phase:2,deny"
                        """)))),
                open,
                List.of(),
                false);
    }

    private static String host(String name, boolean open) {
        return """
                - name: %s
                  domains: [%s.example]
                  response_headers_to_add: [{header: {key: x-waf, value: "%%DYNAMIC_METADATA(gatehouse.waf)%%"}}]
                  routes:
                  - match: {prefix: /}
                    request_body_buffer_limit: 4000000
                    route: {cluster: backend}
                    typed_per_filter_config:
                      waf:
                        "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute
                        overrides:
                          grpc_initial_metadata: [{key: x-gatehouse-waf-policy, value: p/%s}]
                          failure_mode_allow: %s
                """.formatted(name, name, name, open);
    }

    private static String bootstrap(int port, Path socket, int backendPort) {
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
                %s
                          http_filters:
                          - name: waf
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                              grpc_service: {envoy_grpc: {cluster_name: waf}}
                              message_timeout: 3s
                              max_message_timeout: 60s
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
                      endpoints: [{lb_endpoints: [{endpoint: {address: {pipe: {path: %s}}}}]}]
                  - name: backend
                    type: STATIC
                    load_assignment:
                      cluster_name: backend
                      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
                """.formatted(port, (host("closed", false) + host("open", true)).indent(12), socket, backendPort);
    }

    @BeforeEach
    void start() throws IOException {
        policies.update(List.of(policy("p/closed", false), policy("p/open", true)), Set.of());
        Inspection.Shared shared = new Inspection.Shared(
                new Surroundings(InstantSource.system(), Map.of(), store, RuleObserver.NONE),
                bodies,
                new ErrorLog(LogLimits.USUAL),
                NO_METRICS);
        Path socket = folder.resolve("run/waf");
        server = SocketServer.start(
                socket, new ExternalProcessing(policies, shared, admission, large, slow, Tracing.OFF));
        assertThat(Files.getPosixFilePermissions(socket).toString()).doesNotContain("OTHERS");
        backend = PlainBackend.start();
        envoy = RealEnvoy.withBootstrap(bootstrap(port, socket, backend.port())).awaitReady();
        // The first requests of a JVM load its classes.
        Await.until(() -> get("closed", "/").status() == 200, Duration.ofSeconds(60), () -> "it answers");
    }

    @AfterEach
    void stop() throws Exception {
        store.answers.countDown();
        envoy.close();
        backend.close();
        server.close();
        large.close();
    }

    private PlainClient.Answer get(String host, String path) throws IOException {
        return PlainClient.send(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + ".example\r\n\r\n");
    }

    private PlainClient.Answer post(String host, String path, String body) throws IOException {
        return PlainClient.send(
                port,
                "POST " + path + " HTTP/1.1\r\nHost: " + host
                        + ".example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n" + body);
    }

    @Test
    void itInspectsWhatComesByTheSocket() throws IOException {
        assertThat(get("closed", "/?a=b").body()).startsWith("bytes=");
        assertThat(get("closed", "/?a=script").status()).isEqualTo(403);
        assertThat(get("open", "/?a=script").status()).isEqualTo(403);
    }

    @Test
    void whileItIsFullThePolicyDecidesAtOnce() throws IOException, InterruptedException {
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.ADMITTED);
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.ADMITTED);
        PlainClient.Answer closed = get("closed", "/");
        PlainClient.Answer open = get("open", "/?a=script");
        admission.leave();
        admission.leave();
        assertThat(closed.status()).isEqualTo(503);
        assertThat(closed.body()).contains("waf_unavailable{overloaded:queue}");
        assertThat(open.body()).startsWith("bytes=");
        assertThat(open.headers().toString()).contains("\"skipped\":\"overloaded:queue\"");
        assertThat(get("open", "/?a=script").status()).isEqualTo(403);
    }

    @Test
    void largeBodiesOverTheBudgetAreShedAndSmallOnesAreInspected() throws IOException {
        BodyBudget.Share others = bodies.share();
        assertThat(others.take(6_000_000)).isTrue();
        assertThat(post("closed", "/", "a=" + "x".repeat(2_000)).body()).startsWith("bytes=");
        assertThat(post("closed", "/", "a=script").status()).isEqualTo(403);
        PlainClient.Answer closed = post("closed", "/", "x".repeat(200_000));
        assertThat(closed.status()).isEqualTo(503);
        assertThat(closed.body()).contains("waf_unavailable{overloaded:bodies}");
        assertThat(post("open", "/", "x".repeat(200_000)).body()).startsWith("bytes=");
        others.giveBack();
        assertThat(bodies.held()).isZero();
    }

    @Test
    void aLargeBodyIsWaitedForLongerThanOtherMessages() throws Exception {
        FutureTask<PlainClient.Answer> upload =
                new FutureTask<>(() -> post("closed", "/upload", "a=" + "x".repeat(3_000_000)));
        Thread.ofVirtual().start(upload);
        assertThat(store.asked.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(get("closed", "/slow").status())
                .as("Envoy's time for a message has passed for one that came later")
                .isEqualTo(504);
        assertThat(upload.isDone()).isFalse();
        store.answers.countDown();
        assertThat(upload.get(20, TimeUnit.SECONDS).body()).startsWith("bytes=");
    }

    @Test
    void whenItIsSlowEnvoyWaitsForItsTimeAndNoLonger() throws IOException {
        PlainClient.Answer closed = get("closed", "/slow");
        assertThat(closed.status()).isEqualTo(504);
        assertThat(get("open", "/slow").body()).startsWith("bytes=");
    }

    @Test
    void whenItIsGoneThePolicyDecides() throws Exception {
        server.close();
        assertThat(get("closed", "/").status()).isEqualTo(503);
        assertThat(get("open", "/").body()).startsWith("bytes=");
    }
}
