package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HeadersResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The extensions of EnvoyExtensionPolicies in a real Envoy: each case is a hostname with a route and a policy of its own. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExtensionPolicyIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - {name: merged, protocol: HTTP, port: ${port}, hostname: merged.test}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              hostnames: [${name}.test]
              rules:
              - backendRefs: [{name: app, port: 80}]
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyExtensionPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, ${target}}]
            """;

    private static final String BACKEND = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: ${name}, namespace: default}
            spec: {ports: [{name: http, port: 80, protocol: TCP}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: ${name}
              namespace: default
              labels: {kubernetes.io/service-name: ${name}}
              annotations: {${annotation}}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: http, protocol: TCP, port: ${port}}]
            """;

    private static final String WAF = """
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: waf, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: waf}]
              directives:
              - SecRuleEngine On
              - 'SecRule ARGS:attack "@streq yes" "id:1,phase:1,deny,status:406"'
            """;

    private static final String SCRIPT = """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: script, namespace: default}
            data:
              lua: |
                function envoy_on_request(handle)
                  handle:headers():add("x-order", "first")
                end
            """;

    /**
     * A module of proxy-wasm 0.2.0, assembled by hand: proxy_on_request_headers calls proxy_add_header_map_value with x-wasm and yes.
     */
    private static final byte[] MODULE = HexFormat.of()
            .parseHex(
                    "0061736d01000000011e0560057f7f7f7f7f017f60000060017f017f60037f7f7f017f60027f7f0002220103656e761a7072"
                            + "6f78795f6164645f6865616465725f6d61705f76616c75650000030504010203040503010001076205066d656d6f72790200"
                            + "1770726f78795f6162695f76657273696f6e5f305f325f300001066d616c6c6f6300021870726f78795f6f6e5f7265717565"
                            + "73745f6865616465727300031770726f78795f6f6e5f636f6e746578745f63726561746500040a210402000b05004180100b"
                            + "130041004180084106418808410310001a41000b02000b0b1201004180080b0b782d7761736d0000796573");

    private static final byte[] NO_MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0, 99, 99};

    private final List<Integer> ports = FreePorts.some(6);
    private final int port = ports.get(3);
    private final StringBuilder files = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private Server processor;

    @SuppressWarnings("NullAway.Init")
    private Server other;

    @SuppressWarnings("NullAway.Init")
    private HttpServer code;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        processor = processor("one");
        other = processor("two");
        code = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        code.createContext("/module.wasm", exchange -> send(exchange, MODULE));
        code.createContext("/broken.wasm", exchange -> send(exchange, NO_MODULE));
        code.start();
        write();
        Files.writeString(folder.resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), List.of("--allow-lua"), folder);
        Await.orSilent(
                () -> get("plain", "/anything").startsWith("HTTP/1.1 200"),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    private void write() {
        files.append(GATEWAY.replace("${port}", Integer.toString(port)));
        backend("app", ports.get(2), "gatehouse.dev/run: httpbin");
        backend("processor", processor.getPort(), "");
        backend("other", other.getPort(), "");
        backend("nobody", ports.get(4), "");
        files.append(ROUTE.replace("${name}", "plain"));
        policy(
                "headers",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {attributes: [request.path]}, response: {}}}]\n");
        policy("skips", "  extProc: [{backendRefs: [{name: processor, port: 80}]}]\n");
        policy(
                "bodies",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {body: Buffered}, response: {body: Buffered}}}]\n");
        policy("order", """
                  extProc:
                  - {backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}
                  - {backendRefs: [{name: other, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}
                """);
        policy("reverse", """
                  extProc:
                  - {backendRefs: [{name: other, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}
                  - {backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}
                """);
        policy(
                "shares",
                "  extProc: [{backendRefs: [{name: processor, port: 80, weight: 0}, {name: other, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}]\n");
        policy(
                "shadow",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], shadowMode: true, processingMode: {request: {}}}]\n");
        policy("down", "  extProc: [{backendRefs: [{name: nobody, port: 80}], processingMode: {request: {}}}]\n");
        policy(
                "status",
                "  extProc: [{backendRefs: [{name: nobody, port: 80}], statusOnError: 511, processingMode: {request: {}}}]\n");
        policy(
                "open",
                "  extProc: [{backendRefs: [{name: nobody, port: 80}], failOpen: true, processingMode: {request: {}}}]\n");
        policy("missing", "  extProc: [{backendRefs: [{name: nowhere, port: 80}]}]\n");
        policy("missingopen", """
                  extProc:
                  - {backendRefs: [{name: nowhere, port: 80}], failOpen: true}
                  - {backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}
                """);
        policy(
                "waf",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}, response: {}}}]\n");
        files.append(WAF).append(SCRIPT);
        String server = "http://127.0.0.1:" + code.getAddress().getPort();
        policy("wasm", "  wasm: [{code: {type: HTTP, http: {url: \"" + server + "/module.wasm\"}}}]\n");
        policy("broken", "  wasm: [{code: {type: HTTP, http: {url: \"" + server + "/broken.wasm\"}}}]\n");
        policy(
                "brokenopen",
                "  wasm: [{failOpen: true, code: {type: HTTP, http: {url: \"" + server + "/broken.wasm\"}}}]\n");
        policy("gone", "  wasm: [{code: {type: HTTP, http: {url: \"" + server + "/gone.wasm\"}}}]\n");
        policy(
                "goneopen",
                "  wasm: [{failOpen: true, code: {type: HTTP, http: {url: \"" + server + "/gone.wasm\"}}}]\n");
        policy("stranger", "  dynamicModule: [{name: stranger}]\n");
        policy("lua", """
                  lua:
                  - {type: ValueRef, valueRef: {group: "", kind: ConfigMap, name: script}}
                  - filterContext: {tenant: blue}
                    inline: |
                      function envoy_on_request(handle)
                        handle:headers():add("x-order", "second")
                        handle:headers():add("x-tenant", handle:filterContext():get("tenant"))
                        if handle:headers():get("x-tea") then
                          handle:respond({[":status"] = "418"}, "short and stout")
                        end
                      end
                      function envoy_on_response(handle)
                        handle:headers():add("x-answered", "by lua")
                      end
                """);
        policy("luaprocessor", """
                  lua: [{inline: 'function envoy_on_request(handle) handle:headers():add("x-seen", "lua") end'}]
                  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}]
                """);
        policy(
                "override",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {allowModeOverride: true, request: {}}}]\n");
        policy(
                "nooverride",
                "  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}]\n");
        policy("metadata", """
                  lua:
                  - inline: |
                      function envoy_on_request(handle)
                        handle:streamInfo():dynamicMetadata():set("shared", "tenant", "tenant-of-lua")
                        handle:streamInfo():dynamicMetadata():set("hidden", "tenant", "tenant-of-nobody")
                      end
                      function envoy_on_response(handle)
                        for name, values in pairs(handle:streamInfo():dynamicMetadata()) do
                          if values["by"] then
                            handle:headers():add("x-written-" .. name, values["by"])
                          end
                        end
                      end
                  extProc:
                  - backendRefs: [{name: processor, port: 80}]
                    messageTimeout: 10s
                    metadata: {accessibleNamespaces: [shared], writableNamespaces: [written]}
                    processingMode: {request: {}}
                """);
        files.append("""
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: merged, namespace: default}
                spec:
                  parentRefs: [{name: front, sectionName: merged}]
                  rules:
                  - backendRefs: [{name: app, port: 80}]
                """);
        extensions("listener", "kind: Gateway, name: front, sectionName: merged", """
                  extProc: [{backendRefs: [{name: processor, port: 80}], messageTimeout: 10s, processingMode: {request: {}}}]
                """);
        extensions("merged", "kind: HTTPRoute, name: merged", """
                  mergeType: StrategicMerge
                  lua: [{inline: 'function envoy_on_response(handle) handle:headers():add("x-merged", "too") end'}]
                """);
        policy(
                "digest",
                "  wasm: [{code: {type: HTTP, http: {url: \"" + server + "/module.wasm\", sha256: " + digest()
                        + "}}}]\n");
        policy(
                "baddigest",
                "  wasm: [{code: {type: HTTP, http: {url: \"" + server + "/module.wasm\", sha256: " + "a".repeat(64)
                        + "}}}]\n");
        policy("luasyntax", "  lua: [{inline: 'function envoy_on_request(handle'}]\n");
        policy("luastart", "  lua: [{inline: 'nothing() function envoy_on_request(handle) end'}]\n");
        policy("luaio", "  lua: [{inline: 'function envoy_on_request(handle) io.open(\"/etc/passwd\") end'}]\n");
    }

    private void policy(String name, String extensions) {
        files.append(ROUTE.replace("${name}", name));
        extensions(name, "kind: HTTPRoute, name: " + name, extensions);
    }

    private void extensions(String name, String target, String extensions) {
        files.append(POLICY.replace("${name}", name).replace("${target}", target))
                .append(extensions);
    }

    private static String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(MODULE));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void backend(String name, int at, String annotation) {
        files.append(BACKEND.replace("${name}", name)
                .replace("${annotation}", annotation)
                .replace("${port}", Integer.toString(at)));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        processor.shutdownNow();
        other.shutdownNow();
        code.stop(0);
    }

    @Test
    void aProcessorChangesHeadersOfRequestsAndResponsesAndAnswersItself() {
        assertThat(get("headers", "/anything"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("\"x-processed\"")
                .containsIgnoringCase("x-response: one")
                .contains("told /anything");
        assertThat(get("headers", "/anything", "x-refuse: yes"))
                .startsWith("HTTP/1.1 403")
                .contains("refused by one");
        assertThat(get("skips", "/anything", "x-refuse: yes"))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("x-processed");
    }

    @Test
    void aProcessorChangesBodies() {
        assertThat(send("POST", "bodies", "/anything", "small"))
                .startsWith("HTTP/1.1 200")
                .contains("SMALL");
    }

    @Test
    void processorsAreAskedInTheirOrderAndByTheirWeights() {
        assertThat(get("order", "/anything")).startsWith("HTTP/1.1 200").contains("one, then two");
        assertThat(get("reverse", "/anything")).startsWith("HTTP/1.1 200").contains("two, then one");
        assertThat(get("shares", "/anything")).startsWith("HTTP/1.1 200").contains("\"two\"");
    }

    @Test
    void aProcessorMayAskForMoreWhereThePolicyLetsIt() {
        assertThat(get("override", "/anything", "x-override: yes"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("x-response: one");
        assertThat(get("nooverride", "/anything", "x-override: yes"))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("x-response: one");
    }

    @Test
    void aProcessorSeesAndWritesTheMetadataOfThePolicysNamespaces() {
        assertThat(get("metadata", "/anything"))
                .startsWith("HTTP/1.1 200")
                .contains("shared=tenant-of-lua")
                .doesNotContain("tenant-of-nobody")
                .containsIgnoringCase("x-written-written: one")
                .doesNotContainIgnoringCase("x-written-unwritten");
    }

    @Test
    void aPolicyIsMergedWithTheOneOfTheListener() {
        assertThat(get("merged", "/anything"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("\"x-processed\"")
                .containsIgnoringCase("x-merged: too");
    }

    @Test
    void aWasmExtensionHasTheDigestOfThePolicy() {
        Await.orSilent(
                () -> get("digest", "/anything").startsWith("HTTP/1.1 200"),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
        assertThat(get("digest", "/anything")).containsIgnoringCase("\"x-wasm\"");
        assertThat(get("baddigest", "/anything")).startsWith("HTTP/1.1 500");
    }

    @Test
    void aProcessorInShadowModeChangesNothing() {
        assertThat(get("shadow", "/anything", "x-refuse: yes"))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("x-processed");
    }

    @Test
    void withoutTheProcessorRequestsAreRefusedUnlessThePolicyFailsOpen() {
        assertThat(get("down", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("status", "/anything")).startsWith("HTTP/1.1 511");
        assertThat(get("open", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(get("missing", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("missingopen", "/anything")).startsWith("HTTP/1.1 200").containsIgnoringCase("\"x-processed\"");
        assertThat(get("plain", "/anything")).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("x-processed");
    }

    @Test
    void aProcessorAndTheWafSeeTheSameRequests() {
        assertThat(get("waf", "/anything"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("\"x-processed\"")
                .containsIgnoringCase("x-response: one");
        assertThat(get("waf", "/anything?attack=yes")).startsWith("HTTP/1.1 406");
        assertThat(get("waf", "/anything", "x-refuse: yes")).startsWith("HTTP/1.1 403");
    }

    @Test
    void scriptsChangeRequestsAndResponsesInTheirOrder() {
        assertThat(get("lua", "/anything"))
                .startsWith("HTTP/1.1 200")
                .containsPattern("first[^a-z]+second")
                .contains("blue")
                .containsIgnoringCase("x-answered: by lua");
        assertThat(get("lua", "/anything", "x-tea: yes"))
                .startsWith("HTTP/1.1 418")
                .contains("short and stout");
        assertThat(get("luaprocessor", "/anything")).startsWith("HTTP/1.1 200").contains("after lua");
    }

    @Test
    void aScriptThatCannotRunClosesItsRouteAndNoOther() {
        assertThat(get("luasyntax", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("luaio", "/anything")).startsWith("HTTP/1.1 500");
        // Only Envoy finds that it fails when it is loaded.
        assertThat(get("luastart", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("plain", "/anything")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aWasmExtensionIsFetchedAndRuns() throws Exception {
        Await.orSilent(
                () -> get("wasm", "/anything").startsWith("HTTP/1.1 200"),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
        assertThat(get("wasm", "/anything")).containsIgnoringCase("\"x-wasm\"");
        assertThat(get("plain", "/anything")).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("x-wasm");
    }

    @Test
    void whatIsNoWasmExtensionClosesItsRouteUnlessThePolicyFailsOpen() {
        assertThat(get("broken", "/anything")).startsWith("HTTP/1.1 50");
        assertThat(get("gone", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("brokenopen", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(get("goneopen", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(get("stranger", "/anything")).startsWith("HTTP/1.1 500");
        assertThat(get("plain", "/anything")).startsWith("HTTP/1.1 200");
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Adds its name to requests and responses, makes bodies upper case, and refuses what asks for it. */
    private static Server processor(String name) throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new ExternalProcessorGrpc.ExternalProcessorImplBase() {
                    @Override
                    public StreamObserver<ProcessingRequest> process(StreamObserver<ProcessingResponse> answers) {
                        return new StreamObserver<>() {
                            @Override
                            public void onNext(ProcessingRequest request) {
                                answers.onNext(answer(name, request));
                            }

                            @Override
                            public void onError(Throwable failure) {}

                            @Override
                            public void onCompleted() {
                                answers.onCompleted();
                            }
                        };
                    }
                })
                .build()
                .start();
    }

    private static ProcessingResponse answer(String name, ProcessingRequest request) {
        ProcessingResponse.Builder answer = ProcessingResponse.newBuilder();
        if (request.hasRequestHeaders()) {
            if (header(request, "x-refuse").equals("yes")) {
                return answer.setImmediateResponse(ImmediateResponse.newBuilder()
                                .setStatus(HttpStatus.newBuilder().setCode(StatusCode.Forbidden))
                                .setBody(ByteString.copyFromUtf8("refused by " + name)))
                        .build();
            }
            String path = request.getAttributesMap().values().stream()
                    .map(each -> each.getFieldsMap().get("request.path"))
                    .filter(each -> each != null)
                    .map(each -> "told " + each.getStringValue())
                    .findFirst()
                    .orElse("told nothing");
            if (header(request, "x-override").equals("yes")) {
                answer.setModeOverride(
                        ProcessingMode.newBuilder().setResponseHeaderMode(ProcessingMode.HeaderSendMode.SEND));
            }
            String metadata = request.getMetadataContext().getFilterMetadataMap().entrySet().stream()
                    .filter(namespace -> namespace.getValue().containsFields("tenant"))
                    .map(namespace -> namespace.getKey() + "="
                            + namespace.getValue().getFieldsOrThrow("tenant").getStringValue())
                    .collect(Collectors.joining(", ", "metadata: ", ""));
            answer.setDynamicMetadata(written("written", name)
                    .mergeFrom(written("unwritten", name).build()));
            String seen = header(request, "x-seen");
            String before = header(request, "x-processed");
            return answer.setRequestHeaders(HeadersResponse.newBuilder()
                            .setResponse(CommonResponse.newBuilder()
                                    .setHeaderMutation(HeaderMutation.newBuilder()
                                            .addSetHeaders(setting(
                                                    "x-processed", before.isEmpty() ? name : before + ", then " + name))
                                            .addSetHeaders(setting("x-told", path))
                                            .addSetHeaders(setting("x-metadata", metadata))
                                            .addSetHeaders(setting("x-after", "after " + seen)))))
                    .build();
        }
        if (request.hasResponseHeaders()) {
            return answer.setResponseHeaders(HeadersResponse.newBuilder()
                            .setResponse(CommonResponse.newBuilder()
                                    .setHeaderMutation(
                                            HeaderMutation.newBuilder().addSetHeaders(setting("x-response", name)))))
                    .build();
        }
        ByteString body = request.hasRequestBody()
                ? request.getRequestBody().getBody()
                : request.getResponseBody().getBody();
        BodyResponse changed = BodyResponse.newBuilder()
                .setResponse(CommonResponse.newBuilder()
                        .setBodyMutation(BodyMutation.newBuilder()
                                .setBody(ByteString.copyFromUtf8(
                                        body.toStringUtf8().toUpperCase(Locale.ROOT)))))
                .build();
        return request.hasRequestBody()
                ? answer.setRequestBody(changed).build()
                : answer.setResponseBody(changed).build();
    }

    private static Struct.Builder written(String namespace, String by) {
        Struct.Builder values = Struct.newBuilder()
                .putFields("by", Value.newBuilder().setStringValue(by).build());
        return Struct.newBuilder()
                .putFields(namespace, Value.newBuilder().setStructValue(values).build());
    }

    private static String header(ProcessingRequest request, String name) {
        return request.getRequestHeaders().getHeaders().getHeadersList().stream()
                .filter(header -> header.getKey().equals(name))
                .map(header -> header.getRawValue().toStringUtf8())
                .findFirst()
                .orElse("");
    }

    private static HeaderValueOption setting(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .setHeader(HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)))
                .build();
    }

    private String get(String host, String path, String... headers) {
        return send("GET", host, path, "", headers);
    }

    /** The whole answer; empty: the connection was closed without one. */
    private String send(String method, String host, String path, String body, String... headers) {
        List<String> lines = new ArrayList<>(List.of(
                method + " " + path + " HTTP/1.1",
                "Host: " + host + ".test",
                "Connection: close",
                "Content-Length: " + body.length()));
        lines.addAll(List.of(headers));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
