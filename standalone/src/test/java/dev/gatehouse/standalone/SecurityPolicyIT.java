package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sections of SecurityPolicies in a real Envoy: each case is a hostname with a route and a policy of its own. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SecurityPolicyIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - name: merged
                hostname: "*.merged.test"
                protocol: HTTP
                port: ${port}
                allowedRoutes: {namespaces: {from: All}}
              - {name: near, protocol: TCP, port: ${near}, allowedRoutes: {kinds: [{kind: TCPRoute}]}}
              - {name: far, protocol: TCP, port: ${far}, allowedRoutes: {kinds: [{kind: TCPRoute}]}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData:
              alice: key-of-alice
              zoe: "{SHA256}761168e1716b3989dbf3adcab167ea7fa4c0fd8d850302c6e2b856ee4f489bca"
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: users, namespace: default}
            stringData:
              .htpasswd: |
                carol:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=
                dora:$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$8qPpaWig0H31wvibKAgpght2Ry2M8rtRQYtZ93ooMus
            """;

    private static final String HASH_OF_ZOES_KEY = "761168e1716b3989dbf3adcab167ea7fa4c0fd8d850302c6e2b856ee4f489bca";

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
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: ${kind}, name: ${target}}]
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

    /** Routes that a claim chooses: the rule "gold" refuses everybody. */
    private static final String REROUTING = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: reroute, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              hostnames: [reroute.test]
              rules:
              - name: gold
                matches: [{headers: [{name: x-tenant, value: gold}]}]
                backendRefs: [{name: app, port: 80}]
              - backendRefs: [{name: app, port: 80}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: gold, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: reroute, sectionName: gold}]
              authorization: {defaultAction: Deny}
            """;

    private static final String TCP = """
            ---
            apiVersion: gateway.networking.k8s.io/v1alpha2
            kind: TCPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: ${name}}]
              rules: [{backendRefs: [{name: app, port: 80}]}]
            """;

    /** A policy of a listener, and what routes of another team merge with it. */
    private static final String MERGED = """
            ---
            apiVersion: gateway.networking.k8s.io/v1beta1
            kind: ReferenceGrant
            metadata: {name: team, namespace: default}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: team}]
              to: [{group: "", kind: Service}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: team}
            stringData: {bob: key-of-bob}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: merged, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front, sectionName: merged}]
              apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-api-key]}]}
            """;

    private static final String MERGING = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: team}
            spec:
              parentRefs: [{name: front, namespace: default, sectionName: merged}]
              hostnames: [${name}.merged.test]
              rules:
              - backendRefs: [{name: app, namespace: default, port: 80}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: team}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
            """;

    private static final String BEARER = "Authorization: Bearer ";
    private static final String CLAIMS = """
            {"iss": "https://issuer.test", "aud": ["app"], "sub": "alice", "exp": %d, "org": {"tenant": "%s"},
             "roles": ["reader", "writer"], "scope": "read write"}
            """;

    private final List<Integer> ports = FreePorts.some(8);
    private final int port = ports.get(3);
    private final AtomicReference<String> keySet = new AtomicReference<>("");
    private final StringBuilder files = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private SignedTokens issuer;

    @SuppressWarnings("NullAway.Init")
    private SignedTokens local;

    @SuppressWarnings("NullAway.Init")
    private HttpServer keys;

    @SuppressWarnings("NullAway.Init")
    private HttpServer judge;

    @SuppressWarnings("NullAway.Init")
    private Server authorizer;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        issuer = SignedTokens.rs256("one");
        local = SignedTokens.es256("local");
        keySet.set(issuer.jwks());
        keys = server("/keys", exchange -> new Answer(200, Objects.requireNonNull(keySet.get())));
        judge = server("/", exchange -> {
            boolean allowed = "let-me-in".equals(exchange.getRequestHeaders().getFirst("X-Pass"));
            exchange.getResponseHeaders()
                    .set("X-Judged", exchange.getRequestURI().getPath());
            exchange.getResponseHeaders()
                    .set("X-Cookie-Seen", exchange.getRequestHeaders().containsKey("Cookie") + "");
            return new Answer(allowed ? 200 : 418, "the judge has spoken");
        });
        authorizer = authorizer();
        write();
        Files.writeString(folder.resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder);
        Await.orSilent(
                () -> List.of(3, 4, 5).stream().allMatch(each -> listens(ports.get(each))),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    private static boolean listens(int at) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), at)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void write() {
        files.append(GATEWAY.replace("${port}", Integer.toString(port))
                .replace("${near}", Integer.toString(ports.get(4)))
                .replace("${far}", Integer.toString(ports.get(5))));
        backend("app", ports.get(2), "gatehouse.dev/run: httpbin");
        backend("keys", keys.getAddress().getPort(), "");
        backend("judge", judge.getAddress().getPort(), "");
        backend("authorizer", authorizer.getPort(), "");
        backend("nobody", ports.get(6), "");
        String uri = "http://127.0.0.1:" + keys.getAddress().getPort() + "/keys";
        String provider = "name: issuer, issuer: \"https://issuer.test\", audiences: [app], remoteJWKS: {uri: \"" + uri
                + "\", cacheDuration: 1s}";
        String byClaims = "claimToHeaders: [{header: x-user, claim: sub}, {header: x-tenant, claim: org.tenant}]";
        String jwt = "  jwt: {providers: [{" + provider + ", " + byClaims + "}]}\n";
        policy("jwt", jwt);
        policy(
                "backend",
                "  jwt: {providers: [{name: issuer, remoteJWKS: {uri: \"http://keys.test/keys\", backendRefs: [{name: keys, port: 80}]}}]}\n");
        policy("local", "  jwt: {providers: [{name: local, localJWKS: {inline: '" + local.jwks() + "'}}]}\n");
        policy(
                "either",
                "  jwt: {providers: [{" + provider + "}, {name: local, localJWKS: {inline: '" + local.jwks()
                        + "'}}]}\n");
        policy("optional", "  jwt: {optional: true, providers: [{" + provider + ", " + byClaims + "}]}\n");
        policy("lenient", "  jwt: {failOpen: true, providers: [{" + provider + ", " + byClaims + "}]}\n");
        policy(
                "elsewhere",
                "  jwt: {providers: [{" + provider
                        + ", extractFrom: {headers: [{name: x-token, valuePrefix: \"Token \"}], cookies: [session], params: [t]}}]}\n");
        policy(
                "nokeys",
                "  jwt: {providers: [{name: none, remoteJWKS: {uri: \"http://127.0.0.1:" + ports.get(6)
                        + "/keys\"}}]}\n");
        policy(
                "missing",
                "  jwt: {providers: [{name: none, localJWKS: {type: ValueRef, valueRef: {group: '', kind: ConfigMap, name: nowhere}}}]}\n");
        files.append(REROUTING);
        files.append(POLICY.replace("${name}", "reroute")
                        .replace("${kind}", "HTTPRoute")
                        .replace("${target}", "reroute"))
                .append("  jwt: {providers: [{" + provider + ", " + byClaims + ", recomputeRoute: true}]}\n");
        policy("claims", jwt + """
                  authorization:
                    rules:
                    - {action: Allow, operation: {methods: [POST]}, principal: {jwt: {provider: issuer, scopes: [admin]}}}
                    - action: Allow
                      operation: {methods: [GET]}
                      principal:
                        jwt:
                          provider: issuer
                          scopes: [read, write]
                          claims: [{name: org.tenant, values: [gold, silver]}, {name: roles, valueType: StringArray, values: [writer]}]
                """);
        policy("near", "  authorization: {rules: [{action: Allow, principal: {clientCIDRs: [127.0.0.0/8]}}]}\n");
        policy(
                "far",
                "  authorization: {defaultAction: Allow, rules: [{action: Deny, principal: {clientCIDRs: [127.0.0.1/32]}}]}\n");
        policy("nothing", "  authorization: {}\n");
        policy("rules", """
                  authorization:
                    defaultAction: Allow
                    rules:
                    - {action: Allow, operation: {path: {type: Exact, value: /anything/admin/health}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                    - {action: Deny, operation: {path: {value: /anything/admin}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                    - {action: Deny, operation: {path: {type: RegularExpression, value: "/anything/[0-9]+"}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                    - {action: Deny, operation: {methods: [DELETE, PUT]}, principal: {headers: [{name: x-caller, values: [eve, mallory]}]}}
                    - {action: Deny, cel: "request.headers['x-plan'] == 'free' && request.method == 'POST'"}
                """);
        policy("grpc", """
                  extAuth:
                    grpc: {backendRefs: [{name: authorizer, port: 80}]}
                    bodyToExtAuth: {maxRequestBytes: 65536}
                    contextExtensions: [{name: plan, type: Value, value: gold}]
                    includeRouteMetadata: true
                """);
        policy("secret", """
                  extAuth:
                    grpc: {backendRef: {group: "", kind: Service, name: authorizer, namespace: default, port: 80}}
                    bodyToExtAuth: {maxRequestBytes: 65536}
                    contextExtensions:
                    - {name: plan, type: ValueRef, valueRef: {group: "", kind: Secret, name: keys, key: alice}}
                    includeRouteMetadata: true
                """);
        policy(
                "places",
                "  apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{cookies: [key]}, {params: [key]}], sanitize: true}\n");
        policy("basic", "  basicAuth: {users: {name: users}, forwardUsernameHeader: x-known-as}\n");
        files.append(REROUTING
                .replace("name: reroute", "name: judged")
                .replace("reroute.test", "judged.test")
                .replace("gold", "closed")
                .replace("name: x-tenant, value: closed", "name: x-judged, type: RegularExpression, value: .+"));
        files.append(POLICY.replace("${name}", "judged")
                        .replace("${kind}", "HTTPRoute")
                        .replace("${target}", "judged"))
                .append("""
                          extAuth:
                            http: {backendRefs: [{name: judge, port: 80}], headersToBackend: [x-judged]}
                            headersToExtAuth: [x-pass]
                            recomputeRoute: true
                        """);
        policy("http", """
                  extAuth:
                    http: {backendRefs: [{name: judge, port: 80}], path: /check, headersToBackend: [x-judged, x-cookie-seen]}
                    headersToExtAuth: [x-pass]
                """);
        policy("override", """
                  extAuth:
                    http: {backendRefs: [{name: judge, port: 80}], pathOverride: /always, headersToBackend: [x-judged]}
                    headersToExtAuth: [x-pass]
                """);
        policy(
                "down",
                "  extAuth: {grpc: {backendRefs: [{name: nobody, port: 80}]}, statusOnError: 511, timeout: 1s}\n");
        policy("downhttp", "  extAuth: {http: {backendRefs: [{name: nobody, port: 80}]}}\n");
        policy("open", "  extAuth: {grpc: {backendRefs: [{name: nobody, port: 80}]}, failOpen: true}\n");
        policy("openhttp", "  extAuth: {http: {backendRefs: [{name: nobody, port: 80}]}, failOpen: true}\n");
        policy("cors", """
                  cors:
                    allowOrigins: ["https://good.test", "https://*.good.test"]
                    allowMethods: [GET, PUT]
                    allowHeaders: [x-one]
                    exposeHeaders: [x-two]
                    maxAge: 10m
                    allowCredentials: true
                """ + jwt);
        policy("csrf", "  csrf: {additionalOrigins: [\"https://*.good.test\"]}\n");
        policy("shadow", "  csrf: {shadowFraction: {numerator: 100}}\n");
        policy("both", "  apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-api-key]}]}\n" + jwt);
        mergedPolicies();
        for (String name : List.of("near", "far")) {
            files.append(TCP.replace("${name}", name));
            files.append(POLICY.replace("${name}", "tcp-" + name)
                    .replace("${kind}", "TCPRoute")
                    .replace("${target}", name));
        }
        // The policy of "far", the last one, and of "near" before it.
        int near = files.indexOf("name: tcp-near");
        int end = files.indexOf("name: near}]\n", near) + "name: near}]\n".length();
        files.insert(end, "  authorization: {rules: [{action: Allow, principal: {clientCIDRs: [127.0.0.0/8]}}]}\n");
        files.append("  authorization: {rules: [{action: Allow, principal: {clientCIDRs: [10.0.0.0/8]}}]}\n");
    }

    private void mergedPolicies() {
        String noPosts = "  authorization: {defaultAction: Allow, rules: [{action: Deny, operation: {methods: [POST]},"
                + " principal: {clientCIDRs: [0.0.0.0/0]}}]}\n";
        files.append(MERGED);
        files.append(MERGING.replace("${name}", "adds"))
                .append("  mergeType: StrategicMerge\n")
                .append(noPosts);
        files.append(MERGING.replace("${name}", "replaces")).append(noPosts);
        String keysOf = "  mergeType: JSONMerge\n  apiKeyAuth: {credentialRefs: [{name: ${name}}],"
                + " extractFrom: [{headers: [x-team-key]}]}\n";
        files.append(MERGING.replace("${name}", "own")).append(keysOf.replace("${name}", "keys"));
        files.append(MERGING.replace("${name}", "closed")).append(keysOf.replace("${name}", "nowhere"));
    }

    private void policy(String name, String sections) {
        files.append(ROUTE.replace("${name}", name));
        files.append(POLICY.replace("${name}", name)
                        .replace("${kind}", "HTTPRoute")
                        .replace("${target}", name))
                .append(sections);
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
        keys.stop(0);
        judge.stop(0);
        authorizer.shutdownNow();
    }

    private static String claims(String tenant) {
        return CLAIMS.formatted(Instant.now().getEpochSecond() + 3600, tenant);
    }

    private String token(String tenant) throws GeneralSecurityException {
        return issuer.token(claims(tenant));
    }

    @Test
    void aSignedTokenPassesAndItsClaimsBecomeHeadersThatNoClientCanSet() throws Exception {
        assertThat(get("jwt", "/anything", "x-user: eve", "x-tenant: eve", BEARER + token("gold")))
                .startsWith("HTTP/1.1 200")
                .contains("alice", "gold")
                .doesNotContain("eve");
        assertThat(get("optional", "/anything", "x-user: eve"))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("eve");
    }

    @Test
    void aRoutesPolicyIsMergedWithItsListeners() throws Exception {
        assertThat(get("adds.merged", "/anything")).startsWith("HTTP/1.1 401");
        assertThat(get("adds.merged", "/anything", "x-api-key: key-of-bob")).startsWith("HTTP/1.1 401");
        assertThat(get("adds.merged", "/anything", "x-api-key: key-of-alice")).startsWith("HTTP/1.1 200");
        assertThat(send("POST", "adds.merged", "/anything", "", "x-api-key: key-of-alice"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void withoutAMergeTypeARoutesPolicyCountsInstead() throws Exception {
        assertThat(get("replaces.merged", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(send("POST", "replaces.merged", "/anything", "")).startsWith("HTTP/1.1 403");
    }

    @Test
    void aMergedPolicysReferencesAreMeantWhereTheyWereWritten() throws Exception {
        assertThat(get("own.merged", "/anything", "x-team-key: key-of-bob")).startsWith("HTTP/1.1 200");
        assertThat(get("own.merged", "/anything", "x-team-key: key-of-alice")).startsWith("HTTP/1.1 401");
    }

    @Test
    void policiesThatCannotBeEnforcedTogetherClose() throws Exception {
        assertThat(get("closed.merged", "/anything", "x-api-key: key-of-alice")).startsWith("HTTP/1.1 500");
    }

    @Test
    void whatIsNoValidTokenIsRefused() throws Exception {
        long later = Instant.now().getEpochSecond() + 3600;
        String valid = token("gold");
        SignedTokens stranger = SignedTokens.rs256("one");
        SignedTokens unknown = SignedTokens.rs256("unknown");
        assertThat(get("jwt", "/anything")).startsWith("HTTP/1.1 401");
        assertThat(get("jwt", "/anything", BEARER + issuer.token(claims("gold").replace("\"app\"", "\"other\""))))
                .startsWith("HTTP/1.1 403")
                .contains("Audiences in Jwt are not allowed");
        for (String bad : List.of(
                issuer.token(claims("gold").replace(Long.toString(later).substring(0, 4), "1000")),
                issuer.token(claims("gold").replace("issuer.test", "another.test")),
                SignedTokens.unsigned(claims("gold")),
                stranger.token(claims("gold")),
                unknown.token(claims("gold")),
                local.token(claims("gold")),
                valid.substring(0, valid.lastIndexOf('.') + 1),
                valid.substring(0, valid.length() - 8) + "AAAAAAAA",
                "nonsense")) {
            assertThat(get("jwt", "/anything", BEARER + bad)).as(bad).startsWith("HTTP/1.1 401");
            assertThat(get("optional", "/anything", BEARER + bad)).as(bad).startsWith("HTTP/1.1 401");
            assertThat(get("lenient", "/anything", "x-user: eve", BEARER + bad))
                    .as(bad)
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("alice")
                    .doesNotContain("eve");
        }
    }

    @Test
    void keysAreFoundInlineAtABackendAndAmongSeveralProviders() throws Exception {
        assertThat(get("local", "/anything", BEARER + local.token(claims("a")))).startsWith("HTTP/1.1 200");
        assertThat(get("local", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 401");
        assertThat(get("backend", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 200");
        assertThat(get("either", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 200");
        assertThat(get("either", "/anything", BEARER + local.token(claims("a"))))
                .startsWith("HTTP/1.1 200");
        assertThat(get("either", "/anything")).startsWith("HTTP/1.1 401");
    }

    @Test
    void tokensAreFoundWhereThePolicySays() throws Exception {
        String token = token("a");
        assertThat(get("elsewhere", "/anything", "x-token: Token " + token)).startsWith("HTTP/1.1 200");
        assertThat(get("elsewhere", "/anything", "Cookie: a=b; session=" + token))
                .startsWith("HTTP/1.1 200");
        assertThat(get("elsewhere", "/anything?t=" + token)).startsWith("HTTP/1.1 200");
        assertThat(get("elsewhere", "/anything", BEARER + token)).startsWith("HTTP/1.1 401");
    }

    @Test
    void keysThatCannotBeHadRefuseTokensAndNothingElse() throws Exception {
        assertThat(get("nokeys", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 401");
        assertThat(get("missing", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 500");
        assertThat(get("near", "/anything")).startsWith("HTTP/1.1 200");
    }

    @Test
    void keysAreRotated() throws Exception {
        SignedTokens next = SignedTokens.es256("two");
        String token = next.token(claims("a"));
        assertThat(get("jwt", "/anything", BEARER + token)).startsWith("HTTP/1.1 401");
        keySet.set("{\"keys\": [" + issuer.jwk() + ", " + next.jwk() + "]}");
        String answer = get("jwt", "/anything", BEARER + token);
        while (!answer.startsWith("HTTP/1.1 200")) {
            assertThat(answer).startsWith("HTTP/1.1 401");
            answer = get("jwt", "/anything", BEARER + token);
        }
        assertThat(get("jwt", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 200");
    }

    @Test
    void thePoliciesOfTheRouteThatAClaimChoosesAreEnforced() throws Exception {
        assertThat(get("reroute", "/anything", BEARER + token("iron"))).startsWith("HTTP/1.1 200");
        assertThat(get("reroute", "/anything", BEARER + token("gold"))).startsWith("HTTP/1.1 403");
    }

    @Test
    void claimsAndScopesDecideWithMethods() throws Exception {
        assertThat(get("claims", "/anything", BEARER + token("gold"))).startsWith("HTTP/1.1 200");
        assertThat(get("claims", "/anything", BEARER + token("silver"))).startsWith("HTTP/1.1 200");
        assertThat(get("claims", "/anything", BEARER + token("iron"))).startsWith("HTTP/1.1 403");
        assertThat(get(
                        "claims",
                        "/anything",
                        BEARER + issuer.token(claims("gold").replace("writer", "nobody"))))
                .startsWith("HTTP/1.1 403");
        assertThat(get(
                        "claims",
                        "/anything",
                        BEARER + issuer.token(claims("gold").replace("read write", "read"))))
                .startsWith("HTTP/1.1 403");
        assertThat(send("POST", "claims", "/anything", "", BEARER + token("gold")))
                .startsWith("HTTP/1.1 403");
        assertThat(send(
                        "POST",
                        "claims",
                        "/anything",
                        "",
                        BEARER + issuer.token(claims("a").replace("read write", "admin"))))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void rulesDecideByAddressPathMethodHeaderAndExpression() throws Exception {
        assertThat(get("near", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(get("far", "/anything")).startsWith("HTTP/1.1 403");
        assertThat(get("nothing", "/anything")).startsWith("HTTP/1.1 403");
        assertThat(get("rules", "/anything")).startsWith("HTTP/1.1 200");
        for (String refused : List.of(
                "/anything/admin",
                "/anything/admin?a=b",
                "/anything/admin/",
                "/anything/admin/x",
                "//anything//admin",
                "/anything/x/../admin",
                "/anything/42",
                "/anything/42?a=b",
                "/anything/admin;a=b",
                "/anything/x/..;/admin",
                "/anything/x/%2e%2e;/admin",
                "/anything/x/.%2E;a=b/admin",
                "/x/%2e%2e;/anything")) {
            assertThat(get("rules", refused)).as(refused).startsWith("HTTP/1.1 403");
        }
        for (String allowed : List.of("/anything/administrator", "/anything/admin/health", "/anything/42x")) {
            assertThat(get("rules", allowed)).as(allowed).startsWith("HTTP/1.1 200");
        }
        assertThat(send("DELETE", "rules", "/anything", "", "x-caller: eve")).startsWith("HTTP/1.1 403");
        assertThat(send("PUT", "rules", "/anything", "", "x-caller: mallory")).startsWith("HTTP/1.1 403");
        assertThat(send("DELETE", "rules", "/anything", "", "x-caller: alice")).startsWith("HTTP/1.1 200");
        assertThat(send("POST", "rules", "/anything", "", "x-plan: free")).startsWith("HTTP/1.1 403");
        assertThat(send("POST", "rules", "/anything", "", "x-plan: paid")).startsWith("HTTP/1.1 200");
    }

    @Test
    void connectionsAreAdmittedByAddress() throws Exception {
        assertThat(raw(ports.get(4), "GET", "app", "/anything", "")).startsWith("HTTP/1.1 200");
        assertThat(raw(ports.get(5), "GET", "app", "/anything", "")).isEmpty();
    }

    @Test
    void anAuthorizationServerIsAskedByGrpc() throws Exception {
        assertThat(send("POST", "grpc", "/anything", "let me in" + " ".repeat(40_000), "x-any: header"))
                .startsWith("HTTP/1.1 200")
                .contains("gold of HTTPRoute grpc, any header");
        assertThat(send("POST", "grpc", "/anything", "no")).startsWith("HTTP/1.1 403");
        assertThat(send("POST", "grpc", "/anything", "let me in" + " ".repeat(70_000)))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void anAuthorizationServerIsToldWhatASecretHolds() throws Exception {
        assertThat(send("POST", "secret", "/anything", "let me in", "x-any: header"))
                .startsWith("HTTP/1.1 200")
                .contains("key-of-alice of HTTPRoute secret, any header");
    }

    @Test
    void aRouteIsChosenAgainOnceTheAuthorizationServerHasAnswered() throws Exception {
        assertThat(get("judged", "/anything", "x-pass: let-me-in")).startsWith("HTTP/1.1 403");
        assertThat(get("judged", "/anything")).startsWith("HTTP/1.1 418");
        // Nobody has this host, nor this path: the filters that other routes switch off do not run.
        assertThat(get("nobody", "/anything")).startsWith("HTTP/1.1 404");
        assertThat(get("paths", "/nowhere")).startsWith("HTTP/1.1 404");
    }

    @Test
    void keysAreInCookiesAndParametersAndGoNoFurther() throws Exception {
        assertThat(get("places", "/anything")).startsWith("HTTP/1.1 401");
        assertThat(get("places", "/anything?key=key-of-alice&more=yes"))
                .startsWith("HTTP/1.1 200")
                .contains("more")
                .doesNotContain("key-of-alice");
        assertThat(get("places", "/anything", "Cookie: key=key-of-alice; theme=dark"))
                .startsWith("HTTP/1.1 200")
                .contains("theme=dark")
                .doesNotContain("key-of-alice");
    }

    @Test
    void aKeyOfWhichTheSecretHasOnlyTheHashCountsAndItsHashDoesNot() throws Exception {
        assertThat(get("places", "/anything?key=key-of-zoe")).startsWith("HTTP/1.1 200");
        assertThat(get("places", "/anything?key=" + HASH_OF_ZOES_KEY)).startsWith("HTTP/1.1 401");
        assertThat(get("places", "/anything?key=%7BSHA256%7D" + HASH_OF_ZOES_KEY))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void aPasswordIsCheckedByArgon2() throws Exception {
        for (String password : List.of("secret", "secret", "Secret")) {
            String credentials =
                    Base64.getEncoder().encodeToString(("dora:" + password).getBytes(StandardCharsets.UTF_8));
            assertThat(get("basic", "/anything", "Authorization: Basic " + credentials))
                    .startsWith(password.equals("secret") ? "HTTP/1.1 200" : "HTTP/1.1 401");
        }
    }

    @Test
    void theBackendIsToldWhoseThePasswordIs() throws Exception {
        String password = Base64.getEncoder().encodeToString("carol:password".getBytes(StandardCharsets.UTF_8));
        assertThat(get("basic", "/anything", "Authorization: Basic " + password, "x-known-as: eve"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("x-known-as")
                .contains("\"carol\"")
                .doesNotContain("eve");
        assertThat(get("basic", "/anything")).startsWith("HTTP/1.1 401");
    }

    @Test
    void anAuthorizationServerIsAskedByHttp() throws Exception {
        assertThat(get("http", "/anything/a", "x-pass: let-me-in", "Cookie: a=b"))
                .startsWith("HTTP/1.1 200")
                .contains("/check/anything/a", "\"false\"");
        assertThat(get("http", "/anything")).startsWith("HTTP/1.1 418").contains("the judge has spoken");
        assertThat(get("override", "/anything/a", "x-pass: let-me-in"))
                .startsWith("HTTP/1.1 200")
                .contains("\"/always\"");
    }

    @Test
    void withoutTheServerRequestsAreRefusedUnlessThePolicyFailsOpen() throws Exception {
        assertThat(get("down", "/anything")).startsWith("HTTP/1.1 511");
        assertThat(get("downhttp", "/anything")).startsWith("HTTP/1.1 403");
        assertThat(get("open", "/anything")).startsWith("HTTP/1.1 200");
        assertThat(get("openhttp", "/anything")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aPreflightPassesWithoutATokenAndTheRequestDoesNot() throws Exception {
        for (String origin : List.of("https://good.test", "https://a.good.test")) {
            assertThat(send(
                            "OPTIONS",
                            "cors",
                            "/anything",
                            "",
                            "Origin: " + origin,
                            "Access-Control-Request-Method: PUT"))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("access-control-allow-origin: " + origin)
                    .containsIgnoringCase("access-control-allow-methods: GET, PUT")
                    .containsIgnoringCase("access-control-allow-headers: x-one")
                    .containsIgnoringCase("access-control-max-age: 600")
                    .containsIgnoringCase("access-control-allow-credentials: true");
        }
        assertThat(send(
                        "OPTIONS",
                        "cors",
                        "/anything",
                        "",
                        "Origin: https://evil.test",
                        "Access-Control-Request-Method: PUT"))
                .doesNotContainIgnoringCase("access-control-allow-origin");
        assertThat(get("cors", "/anything", "Origin: https://good.test")).startsWith("HTTP/1.1 401");
        assertThat(get("cors", "/anything", "Origin: https://good.test", BEARER + token("a")))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("access-control-expose-headers: x-two");
    }

    @Test
    void aRequestOfAnotherSitesPageIsRefused() throws Exception {
        assertThat(send("POST", "csrf", "/anything", "", "Origin: https://evil.test"))
                .startsWith("HTTP/1.1 403");
        assertThat(send("POST", "csrf", "/anything", "")).startsWith("HTTP/1.1 403");
        assertThat(send("POST", "csrf", "/anything", "", "Origin: http://csrf.test"))
                .startsWith("HTTP/1.1 200");
        assertThat(send("POST", "csrf", "/anything", "", "Origin: https://a.good.test"))
                .startsWith("HTTP/1.1 200");
        assertThat(get("csrf", "/anything", "Origin: https://evil.test")).startsWith("HTTP/1.1 200");
        assertThat(send("POST", "shadow", "/anything", "", "Origin: https://evil.test"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void allSectionsMustLetARequestPass() throws Exception {
        String key = "x-api-key: key-of-alice";
        assertThat(get("both", "/anything", key, BEARER + token("a"))).startsWith("HTTP/1.1 200");
        assertThat(get("both", "/anything", BEARER + token("a"))).startsWith("HTTP/1.1 401");
        assertThat(get("both", "/anything", key)).startsWith("HTTP/1.1 401");
    }

    private record Answer(int status, String body) {}

    private interface Handler {
        Answer answer(com.sun.net.httpserver.HttpExchange exchange) throws IOException;
    }

    private static HttpServer server(String path, Handler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(path, exchange -> {
            Answer answer = handler.answer(exchange);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Lets requests pass whose body asks for it, and tells the backend what it was told. */
    private static Server authorizer() throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new AuthorizationGrpc.AuthorizationImplBase() {
                    @Override
                    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
                        var http = request.getAttributes().getRequest().getHttp();
                        CheckResponse.Builder response = CheckResponse.newBuilder();
                        if (http.getBody().startsWith("let me in")) {
                            var resource = request.getAttributes()
                                    .getRouteMetadataContext()
                                    .getFilterMetadataOrThrow("envoy-gateway")
                                    .getFieldsOrThrow("resources")
                                    .getListValue()
                                    .getValues(0)
                                    .getStructValue();
                            String told = request.getAttributes().getContextExtensionsOrThrow("plan") + " of "
                                    + resource.getFieldsOrThrow("kind").getStringValue() + " "
                                    + resource.getFieldsOrThrow("name").getStringValue() + ", any "
                                    + http.getHeadersOrDefault("x-any", "nothing");
                            response.setOkResponse(OkHttpResponse.newBuilder()
                                    .addHeaders(HeaderValueOption.newBuilder()
                                            .setHeader(HeaderValue.newBuilder()
                                                    .setKey("x-told")
                                                    .setValue(told))));
                        } else {
                            response.setStatus(
                                    com.google.rpc.Status.newBuilder().setCode(7));
                        }
                        observer.onNext(response.build());
                        observer.onCompleted();
                    }
                })
                .build()
                .start();
    }

    private String get(String host, String path, String... headers) throws IOException {
        return send("GET", host, path, "", headers);
    }

    private String send(String method, String host, String path, String body, String... headers) throws IOException {
        return raw(port, method, host + ".test", path, body, headers);
    }

    /** The whole answer; empty: the connection was closed without one. */
    private static String raw(int at, String method, String host, String path, String body, String... headers)
            throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                method + " " + path + " HTTP/1.1",
                "Host: " + host,
                "Connection: close",
                "Content-Length: " + body.length()));
        lines.addAll(List.of(headers));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), at)) {
            socket.setSoTimeout(20_000);
            try {
                socket.getOutputStream()
                        .write((String.join("\r\n", lines) + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException e) {
                return "";
            }
        }
    }
}
