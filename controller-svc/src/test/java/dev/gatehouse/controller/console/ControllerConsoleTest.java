package dev.gatehouse.controller.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.gatehouse.console.Console;
import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.Query;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.GatewayEntry;
import dev.gatehouse.console.model.PolicyDetails;
import dev.gatehouse.console.model.PolicyUse;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.RouteDetails;
import dev.gatehouse.console.model.RouteEntry;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControllerConsoleTest {
    private static final CalloutAddress ADDRESS = CalloutAddress.parse("127.0.0.1:1");
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String SHOP = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: shop}
            spec:
              gatewayClassName: teg
              listeners:
              - {name: http, protocol: HTTP, port: 80, hostname: "*.shop.example"}
              - {name: broken, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: none}]}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            endpoints: [{addresses: ["127.0.0.1"]}]
            ports: [{name: http, port: 3000}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata:
              name: cart
              namespace: shop
              annotations: {note: "<script>alert(1)</script>"}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              hostnames: [www.shop.example]
              rules:
              - name: write
                matches:
                - path: {type: PathPrefix, value: /cart}
                  method: POST
                  headers: [{name: x-team, value: "<b>"}, {name: authorization, value: Bearer s3cret}]
                filters:
                - type: RequestHeaderModifier
                  requestHeaderModifier: {set: [{name: x-key, value: s3cret}], remove: [x-old]}
                backendRefs: [{name: cart, port: 80, weight: 3}, {name: gone, port: 80, weight: 1}]
              - backendRefs: [{name: cart, port: 80}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: lost, namespace: shop}
            spec:
              parentRefs: [{name: nowhere}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: defaults, namespace: shop}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              timeout: {http: {requestTimeout: 7s}}
              retry: {numRetries: 2}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: own, namespace: shop}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: cart}]
              mergeType: StrategicMerge
              retry: {numRetries: 4}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: shop}
            stringData: {alice: t0psecret}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: keys, namespace: shop}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: cart, sectionName: write}]
              apiKeyAuth:
                credentialRefs: [{name: keys}]
                extractFrom: [{headers: [x-api-key]}]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Settings settings = new Settings(
            List.of(Settings.CONTROLLER_NAME),
            Settings::shiftPrivileged,
            new Settings.Callouts(ADDRESS, ADDRESS, ADDRESS));
    private final Controller controller = new Controller(settings, new MemoryConfigLog("test"), InstantSource.system());
    private final ControllerConsole console = new ControllerConsole(controller, new Nowhere());

    /** A site without proxies, files and traffic. */
    private static final class Nowhere implements Site {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public Optional<String> url(ListenerState listener) {
            return Optional.of("http://localhost:" + listener.boundPort());
        }

        @Override
        public List<ProxyEntry> proxies(ControllerView view) {
            return List.of();
        }

        @Override
        public List<ProblemEntry> problems(ControllerView view) {
            return List.of();
        }

        @Override
        public Optional<LiveTraffic> traffic() {
            return Optional.empty();
        }

        @Override
        public Optional<RefusedRequests> refusedRequests() {
            return Optional.empty();
        }
    }

    private void load(String yaml) throws Exception {
        Files.writeString(folder.resolve("all.yaml"), yaml);
        try (FileSource files =
                new FileSource(List.of(folder), settings.controllerName(), controller, InstantSource.system())) {
            files.start();
            Await.until(() -> files.seenBy(controller.view()), SOON, () -> "the files are not taken");
        }
    }

    @AfterEach
    void close() {
        controller.close();
    }

    @Test
    void aGatewayHasItsListenersWithTheirRoutesAndWhatIsWrong() throws Exception {
        load(SHOP);
        GatewayEntry gateway = console.gateways().getFirst();
        assertThat(gateway.namespace() + "/" + gateway.name()).isEqualTo("shop/front");
        assertThat(gateway.state().tone()).isEqualTo(Tone.BAD);
        assertThat(gateway.listeners())
                .satisfiesExactly(
                        http -> {
                            assertThat(http.port()).isEqualTo("80 (Envoy: 10080)");
                            assertThat(http.hostname()).isEqualTo("*.shop.example");
                            assertThat(http.attachedRoutes()).isEqualTo(1);
                            assertThat(http.url()).isEqualTo("http://localhost:10080");
                        },
                        broken -> {
                            assertThat(broken.state().tone()).isEqualTo(Tone.BAD);
                            assertThat(broken.conditions())
                                    .anySatisfy(
                                            line -> assertThat(line.remedy()).contains("kubernetes.io/tls"));
                        });
    }

    @Test
    void aRouteHasItsMatchesBackendsAndTheMergedPoliciesWithTheOriginOfEachField() throws Exception {
        load(SHOP);
        RouteDetails route = console.route("HTTPRoute", "shop", "cart").orElseThrow();
        assertThat(route.rules()).hasSize(2);
        RouteDetails.Rule write = route.rules().getFirst();
        assertThat(write.name()).isEqualTo("write");
        assertThat(write.matches())
                .containsExactly("path prefix /cart, method POST, header x-team <b>, header authorization (not shown)");
        assertThat(write.filters()).containsExactly("request headers: sets x-key, removes x-old");
        assertThat(write.backends())
                .extracting(RouteDetails.Backend::name, RouteDetails.Backend::share)
                .containsExactly(tuple("Service shop/cart:80", "75 %"), tuple("Service shop/gone:80", "25 %"));
        assertThat(fields(write.policies()))
                .containsEntry("retry.numRetries", "4 shop/own")
                .containsEntry("timeout.http.requestTimeout", "7s shop/defaults");
        assertThat(write.policies()).extracting(PolicyUse::kind).contains("SecurityPolicy");
        assertThat(route.rules().getLast().policies())
                .extracting(PolicyUse::kind)
                .doesNotContain("SecurityPolicy");
        assertThat(route.attachments().getFirst().conditions())
                .anySatisfy(line -> assertThat(line.remedy()).contains("backendRefs"));
        assertThat(console.route("HTTPRoute", "shop", "none")).isEmpty();
        assertThat(console.route("GRPCRoute", "shop", "cart")).isEmpty();
    }

    private static Map<String, String> fields(List<PolicyUse> uses) {
        return uses.stream()
                .flatMap(use -> use.fields().stream())
                .collect(Collectors.toMap(
                        PolicyUse.Field::path, field -> field.value() + " " + field.from(), (a, b) -> a));
    }

    @Test
    void aPolicyHasTheRulesForWhichItCounts() throws Exception {
        load(SHOP);
        PolicyDetails defaults =
                console.policy("BackendTrafficPolicy", "shop", "defaults").orElseThrow();
        assertThat(defaults.policy().targets()).containsExactly("Gateway shop/front");
        assertThat(defaults.complete()).isTrue();
        assertThat(defaults.effects()).hasSize(1);
        assertThat(defaults.effects().getFirst().places())
                .containsExactly(
                        "HTTPRoute shop/cart, rule 0 “write”, on shop/front/http",
                        "HTTPRoute shop/cart, rule 1, on shop/front/http");
        assertThat(console.policies())
                .extracting(each -> each.kind() + " " + each.name())
                .containsExactly("BackendTrafficPolicy defaults", "BackendTrafficPolicy own", "SecurityPolicy keys");
        assertThat(console.policy("SecurityPolicy", "shop", "none")).isEmpty();
    }

    @Test
    void whatIsNotAttachedIsTold() throws Exception {
        load(SHOP);
        assertThat(console.routes()).extracting(RouteEntry::name).containsExactly("cart", "lost");
        assertThat(console.routes().getLast().state().text()).startsWith("not attached");
    }

    @Test
    void problemsHaveTheirObjectsAndWhatToDo() throws Exception {
        load(SHOP);
        assertThat(console.problems()).anySatisfy(problem -> {
            assertThat(problem.object()).isEqualTo("HTTPRoute shop/cart");
            assertThat(problem.message()).contains("gone");
            assertThat(problem.remedy()).contains("Service or Backend");
            assertThat(problem.link()).isEqualTo("/console/routes/HTTPRoute/shop/cart");
        });
        assertThat(console.problems().getFirst().tone()).isEqualTo(Tone.BAD);
    }

    @Test
    void aQuestionIsAnsweredAsTheCommandDoes() throws Exception {
        load(SHOP);
        Console pages = new Console(console);
        String answer = page(
                pages,
                "explain",
                Map.of(
                        "url", List.of("http://www.shop.example/cart/1"),
                        "method", List.of("POST"),
                        "headers", List.of("x-team: <b>\nauthorization: Bearer s3cret")));
        assertThat(answer).contains("HTTPRoute shop/cart, rule 0 “write”", "path prefix /cart", "7s", "shop/defaults");
        assertThat(page(pages, "explain", Map.of("url", List.of("http://www.shop.example:99/"))))
                .contains("no connection: no Gateway listens on port 99");
        assertThatThrownBy(() -> console.explain("GET", "ftp://x", List.of(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noPageHasASecret() throws Exception {
        load(SHOP);
        Console pages = new Console(console);
        for (String path : List.of(
                "",
                "gateways",
                "routes",
                "routes/HTTPRoute/shop/cart",
                "policies",
                "policies/SecurityPolicy/shop/keys",
                "policies/BackendTrafficPolicy/shop/own",
                "proxies",
                "problems",
                "explain")) {
            assertThat(page(pages, path, Map.of())).as(path).doesNotContain("t0psecret", "s3cret", "<script>alert");
        }
        assertThat(page(pages, "explain", Map.of("url", List.of("http://www.shop.example/x"))))
                .contains("HTTPRoute shop/cart, rule 1")
                .doesNotContain("t0psecret", "s3cret");
    }

    private static String page(Console pages, String path, Map<String, List<String>> query)
            throws InterruptedException {
        return new String(pages.answer(path, new Query(query)).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aThousandRoutesAreOnePageOfFifty() throws Exception {
        load(SHOP + IntStream.range(0, 1000).mapToObj(i -> """
                                ---
                                apiVersion: gateway.networking.k8s.io/v1
                                kind: HTTPRoute
                                metadata: {name: r%1$04d, namespace: shop}
                                spec:
                                  parentRefs: [{name: front, sectionName: http}]
                                  hostnames: [r%1$d.shop.example]
                                  rules: [{backendRefs: [{name: cart, port: 80}]}]
                                """.formatted(i)).collect(Collectors.joining()));
        assertThat(console.routes()).hasSize(1002);
        String page = page(new Console(console), "routes", Map.of("page", List.of("2")));
        assertThat(page).contains("51 to 100 of 1002");
        assertThat(page.length()).isLessThan(300_000);
        assertThat(page(new Console(console), "routes", Map.of("q", List.of("r777.shop"))))
                .contains("shop/r0777", "1 of 1002");
        PolicyDetails defaults =
                console.policy("BackendTrafficPolicy", "shop", "defaults").orElseThrow();
        assertThat(defaults.complete()).isFalse();
        assertThat(defaults.effects().getLast().more()).isGreaterThan(100);
        assertThat(console.policy("SecurityPolicy", "shop", "keys")
                        .orElseThrow()
                        .complete())
                .as("only its own route is looked at")
                .isTrue();
    }
}
