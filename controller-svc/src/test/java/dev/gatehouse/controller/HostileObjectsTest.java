package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.files.FileChanges;
import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.controller.translate.Translator;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects made to end or starve the controller's thread cost themselves only, on the stack that the services have. */
class HostileObjectsTest {
    private static final long STACK_BYTES = 512 * 1024;

    private static final String GOOD = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec: {ports: [{port: 8080}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: good, namespace: default}
            spec:
              parentRefs: [{name: gw}]
              hostnames: [good.example]
              rules: [{backendRefs: [{name: app, port: 8080}]}]
            ---
            """;

    /** An object, and what it is called in failures. */
    record Hostile(String what, String yaml) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static String route(String metadata, String rules) {
        return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: bad, namespace: default" + metadata
                + "}\nspec: {parentRefs: [{name: gw}], hostnames: [bad.example], rules: " + rules + "}\n";
    }

    private static String expression(String expression) {
        return route("", "[{matches: [{path: {type: RegularExpression, value: '" + expression + "'}}]}]");
    }

    static List<Hostile> objects() {
        List<Hostile> objects = new ArrayList<>();
        objects.add(new Hostile("nested repetitions", expression("/([a-z]{1,900}[0-9]{1,900}){1,3}")));
        objects.add(new Hostile("one long repetition", expression("/[a-z]{1,1000}")));
        objects.add(new Hostile("groups in groups", expression("(".repeat(20_000) + "a" + ")".repeat(20_000))));
        objects.add(new Hostile("alternatives", expression("a|".repeat(30_000) + "a")));
        objects.add(new Hostile("stars", expression("(a*)*".repeat(5_000))));
        objects.add(new Hostile("a megabyte of expression", expression("a".repeat(1_000_000))));
        objects.add(new Hostile("a megabyte of annotation", route(", annotations: {a: '" + "x".repeat(1_000_000) + "'}", "[{}]")));
        objects.add(new Hostile("ten thousand rules", route("", "[" + "{backendRefs: [{name: app, port: 8080}]}, ".repeat(10_000) + "{}]")));
        objects.add(new Hostile("deep nesting", route("", "[".repeat(50_000) + "]".repeat(50_000))));
        objects.add(new Hostile("deep mappings", "a: ".repeat(1) + "{a: ".repeat(50_000) + "1" + "}".repeat(50_000)));
        objects.add(new Hostile("ten thousand hostnames", route("", "[{}]").replace("hostnames: [bad.example]",
                "hostnames: [" + "bad.example, ".repeat(10_000) + "bad.example]")));
        objects.add(new Hostile("a route that is its own parent", route("", "[{}]").replace("{name: gw}",
                "{kind: HTTPRoute, name: bad}, {name: gw}")));
        objects.add(new Hostile("ListenerSets that are each other's parent", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: ListenerSet
                metadata: {name: a, namespace: default}
                spec: {parentRef: {kind: ListenerSet, name: b}, listeners: [{name: l, protocol: HTTP, port: 80}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: ListenerSet
                metadata: {name: b, namespace: default}
                spec: {parentRef: {kind: ListenerSet, name: a}, listeners: [{name: l, protocol: HTTP, port: 80}]}
                """));
        objects.add(new Hostile("aliases of aliases", "a: &a [x, x, x, x, x, x, x, x, x]\n"
                + "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                + "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
                + "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\n"
                + "h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]\n"));
        return objects;
    }

    @ParameterizedTest
    @MethodSource("objects")
    void costThemselvesOnly(Hostile hostile, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("good.yaml"), GOOD);
        Files.writeString(folder.resolve("hostile.yaml"), hostile.yaml());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> {
                    Translator translator = new Translator(Golden.settings(), (collection, key, thrown) -> {
                        throw new AssertionError("translating " + collection + " of " + key + " failed", thrown);
                    });
                    translator.apply(new FileChanges("gateway.envoyproxy.io/gatewayclass-controller")
                            .to(new FileSet(List.of(folder)).read()));
                    assertThat(translator.resources().values())
                            .anySatisfy(output -> assertThat(output.message())
                                    .isInstanceOfSatisfying(RouteConfiguration.class, table -> assertThat(
                                                    table.getVirtualHostsList())
                                            .anySatisfy(host ->
                                                    assertThat(host.getDomainsList()).contains("good.example"))));
                },
                "small stack",
                STACK_BYTES);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
    }
}
