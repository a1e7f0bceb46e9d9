package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One broken object among fifty good ones, through the real Envoy: the others' edits go on, and what it protects is closed. */
@Timeout(900)
final class BrokenObjectsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int GOOD = 50;

    private final WebClient web = new WebClient();

    private static String route(String name, String rules) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %s, namespace: httpbin}
            spec:
              parentRefs: [{name: dedicated-gateway}]
              rules: %s
            """.formatted(name, rules);
    }

    private static String rule(String filters) {
        return route(
                "bad",
                "[{matches: [{path: {value: /bad}}], filters: [" + filters
                        + "], backendRefs: [{name: httpbin, port: 8000}]}]");
    }

    private static String matching(String match) {
        return route("bad", "[{matches: [" + match + "], backendRefs: [{name: httpbin, port: 8000}]}]");
    }

    private static String policy(String kind, String spec) {
        String api = kind.equals("WAFPolicy") ? "gatehouse.dev/v1alpha1" : "gateway.envoyproxy.io/v1alpha1";
        return rule("") + """
            ---
            apiVersion: %s
            kind: %s
            metadata: {name: bad, namespace: httpbin}
            spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: bad}], %s}
            """.formatted(api, kind, spec);
    }

    private static String extension(String filter) {
        return rule(
                        "{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: bad}}")
                + """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: bad, namespace: httpbin}
            spec: {%s}
            """.formatted(filter);
    }

    private static String headers(String type, String change) {
        String field = type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
        return rule("{type: " + type + ", " + field + ": {" + change + "}}");
    }

    private static String rewrite(String pattern, String substitution) {
        return extension("urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '" + pattern
                + "', substitution: '" + substitution + "'}}}");
    }

    private static String expression(String expression) {
        return matching("{path: {type: RegularExpression, value: '" + expression + "'}}");
    }

    private static String limit(String selector) {
        return policy(
                "BackendTrafficPolicy",
                "rateLimit: {type: Global, global: {rules: [{clientSelectors: [{headers: [" + selector
                        + "]}], limit: {requests: 1, unit: Hour}}]}}");
    }

    /** Broken in different ways; all are for the path /bad, or match what nobody asks for. */
    private static final List<String> BROKEN = List.of(
            headers("RequestHeaderModifier", "set: [{name: Host, value: a}]"),
            headers("RequestHeaderModifier", "add: [{name: host, value: a}]"),
            headers("RequestHeaderModifier", "remove: [HOST]"),
            headers("ResponseHeaderModifier", "set: [{name: host, value: a}]"),
            headers("ResponseHeaderModifier", "remove: [Host]"),
            headers("RequestHeaderModifier", "set: [{name: x-a, value: \"a\\nb\"}]"),
            headers("RequestHeaderModifier", "set: [{name: ':path', value: a}]"),
            headers("ResponseHeaderModifier", "set: [{name: 'x a', value: a}]"),
            rule("{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: '/a b'}}}"),
            rule("{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: \"/a\\tb\"}}}"),
            route(
                    "bad",
                    "[{matches: [{path: {value: /bad}}], filters: [{type: RequestRedirect, requestRedirect: {path:"
                            + " {type: ReplaceFullPath, replaceFullPath: \"/a\\nb\"}}}]}]"),
            rewrite("([", "a"),
            rewrite("^/bad/(.*)$", "/\\\\2"),
            rewrite("^/bad", "/\\\\x"),
            rewrite("", "a"),
            extension(
                            "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '^/(.*)$', substitution: '/a/\\1'}}}")
                    .replace(
                            "filters: [",
                            "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /b}}}, "),
            expression("["),
            expression("/([a-z]{1,900}[0-9]{1,900}){1,3}"),
            expression("/\\x{10FFFF}"),
            expression("/\\777"),
            expression("/a{1001}"),
            expression("(?=a)"),
            expression("(".repeat(5000)),
            matching("{path: {value: '/a b'}}"),
            matching("{path: {value: '/a?b'}}"),
            matching("{path: {type: Exact, value: '/a#b'}}"),
            matching("{path: {value: \"/a\\nb\"}}"),
            matching("{path: {value: /bad}, headers: [{name: x-a, type: RegularExpression, value: '*'}]}"),
            matching("{path: {value: /bad}, queryParams: [{name: a, type: RegularExpression, value: 'a**'}]}"),
            matching("{path: {value: /bad}, headers: [{name: 'x a', value: b}]}"),
            limit("{name: x-a, type: RegularExpression, value: '(['}"),
            limit("{name: x-a, type: RegularExpression, value: 'a{2000}'}"),
            policy("SecurityPolicy", "oidc: {clientID: a}"),
            policy("SecurityPolicy", "apiKeyAuht: {}"),
            policy(
                    "SecurityPolicy",
                    "apiKeyAuth: {credentialRefs: [{name: missing}], extractFrom: [{headers: [x-key]}]}"),
            policy("WAFPolicy", "directives: ['SecRule ARGS @rx']"),
            policy("WAFPolicy", "crz: {}"),
            policy("EnvoyExtensionPolicy", "extProc: [{backendRefs: [{name: nobody, port: 8000}]}]"),
            extension("directResponse: {statusCode: 200, body: {type: Inline, inline: " + "a".repeat(1_100_000) + "}}"),
            rule("") + """
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: names, namespace: httpbin, labels: {kubernetes.io/service-name: httpbin}}
                addressType: FQDN
                endpoints: [{addresses: [app.example.com]}]
                ports: [{name: http, port: 8000, protocol: TCP}]
                """);

    @Test
    void theOthersAreServedAndTheirEditsGoOn(@TempDir Path temporary) throws Exception {
        List<Integer> free = FreePorts.some(4);
        int port = free.getFirst();
        ExampleFiles files = ExampleFiles.copy("quickstart", temporary)
                .listenerPorts("gateway.yaml", port)
                .endpointPorts("backend.yaml", free.get(3));
        StringBuilder good = new StringBuilder();
        for (int i = 0; i < GOOD; i++) {
            good.append(route(
                    "good-" + i,
                    "[{matches: [{path: {value: /good-" + i
                            + "/}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}],"
                            + " backendRefs: [{name: httpbin, port: 8000}]}]"));
        }
        files.write("good.yaml", good.toString());
        // The first is there when the proxy starts.
        put(files, "bad.yaml", BROKEN.getFirst());
        try (ChildJvm gatehouse = ChildJvm.start(
                "standalone",
                Map.of(),
                "-Dgatehouse.home=" + ChildJvm.repository(),
                "run",
                files.folder().toString(),
                "--grpc-port",
                Integer.toString(free.get(1)),
                "--admin-port",
                Integer.toString(free.get(2)),
                "--envoy",
                RealEnvoy.binary().path().toString())) {
            gatehouse.awaitLine(line -> line.startsWith("Ctrl-C"));
            Random random = new Random(13);
            for (int i = 0; i < BROKEN.size(); i++) {
                String broken = BROKEN.get(i);
                String what = broken.length() > 900 ? broken.substring(0, 900) : broken;
                put(files, "bad.yaml", broken);
                String mark = "/mark-" + i;
                put(
                        files,
                        "mark.yaml",
                        route(
                                "mark",
                                "[{matches: [{path: {value: " + mark
                                        + "/}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}],"
                                        + " backendRefs: [{name: httpbin, port: 8000}]}]"));
                Await.until(
                        () -> web.status(port, mark + "/get") == 200,
                        SOON,
                        () -> "the edit beside this object did not arrive: " + what);
                assertThat(web.status(port, "/good-" + random.nextInt(GOOD) + "/get"))
                        .as(what)
                        .isEqualTo(200);
                if (broken.contains("Policy")) {
                    Await.until(
                            () -> List.of(401, 403, 500, 503).contains(web.status(port, "/bad")),
                            SOON,
                            () -> "what this protects is open: " + what);
                }
            }
        }
        web.close();
    }

    /** Replaces a file as an editor does. */
    private static void put(ExampleFiles files, String name, String text) throws Exception {
        Path temporary = files.folder().resolveSibling("next-" + name);
        Files.writeString(temporary, text);
        Files.move(temporary, files.folder().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
