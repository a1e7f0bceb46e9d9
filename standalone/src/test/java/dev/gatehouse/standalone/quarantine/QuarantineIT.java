package dev.gatehouse.standalone.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the checks of the translation let through and Envoy refuses: it is found among fifty good routes on two listeners, its object
 * alone is named, and everything else goes on, for a proxy that runs and for one that starts.
 */
@Timeout(900)
final class QuarantineIT {
    private static final int GOOD = 50;
    /** Of what is broken, edited and restarted in which order; another one by -Dquarantine.seed. */
    private static final long SEED = Long.getLong("quarantine.seed", 13);

    private final Random random = new Random(SEED);
    private int edits;

    private static String route(String name, String rules) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %s, namespace: default}
            spec:
              parentRefs: [{name: gw}]
              rules: %s
            """.formatted(name, rules);
    }

    /** A route that tells by a header in which version it is. */
    private static String marked(String name, String mark) {
        return route(
                name,
                "[{matches: [{path: {value: /" + name
                        + "}}], filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-mark, value: \""
                        + mark + "\"}]}}], backendRefs: [{name: app, port: 80}]}]");
    }

    private static ObjectRef ref(String name) {
        return ObjectRef.of(Kinds.HTTP_ROUTE, new ObjectKey("default", name));
    }

    private static String good(String mark) {
        StringBuilder good = new StringBuilder();
        for (int i = 0; i < GOOD; i++) {
            good.append(marked("good-" + i, mark));
        }
        return good.toString();
    }

    private static void awaitMark(BreakingWorld world, String name, String mark, Object beside) {
        for (int port : world.ports()) {
            world.await(
                    () -> world.get(port, "/" + name)
                            .headers()
                            .firstValue("x-mark")
                            .filter(mark::equals)
                            .isPresent(),
                    () -> "mark " + mark + " of " + name + " did not arrive at port " + port + " beside " + beside);
        }
    }

    private static void awaitCulprits(BreakingWorld world, Set<ObjectRef> culprits, Object broken) {
        world.await(() -> world.culprits().equals(culprits), () -> "not " + culprits + " alone is named for " + broken);
    }

    private static void awaitGood(BreakingWorld world, Object beside) {
        for (int i = 0; i < GOOD; i++) {
            String path = "/good-" + i;
            for (int port : world.ports()) {
                world.await(
                        () -> world.get(port, path).statusCode() == 200,
                        () -> path + " is not served at port " + port + " beside " + beside);
            }
        }
    }

    /** Edits some of the good routes; the names, and the mark that they have then. */
    private Set<String> edited(StringBuilder yaml, String mark) {
        Set<String> names = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            names.add("good-" + random.nextInt(GOOD));
        }
        names.forEach(name -> yaml.append(marked(name, mark)));
        return names;
    }

    /** Puts the broken objects beside edits of good ones: in one change, or in one after the other. */
    private void putBeside(BreakingWorld world, String broken, Object what) throws InterruptedException {
        String mark = "edit-" + edits++;
        StringBuilder edit = new StringBuilder();
        Set<String> names = edited(edit, mark);
        switch (random.nextInt(3)) {
            case 0 -> world.put(broken + edit);
            case 1 -> {
                world.put(broken);
                world.put(edit.toString());
            }
            default -> {
                world.put(edit.toString());
                world.put(broken);
            }
        }
        names.forEach(name -> awaitMark(world, name, mark, what));
    }

    /** Requests to good routes, as long as it is open: none may fail. */
    private static final class Traffic implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final Queue<String> failed = new ConcurrentLinkedQueue<>();
        private final Thread client;

        Traffic(BreakingWorld world) {
            client = Thread.startVirtualThread(() -> request(world));
        }

        private void request(BreakingWorld world) {
            Random random = new Random(SEED);
            while (!stop.get()) {
                String path = "/good-" + random.nextInt(GOOD);
                int port = world.ports().get(random.nextInt(world.ports().size()));
                try {
                    int status = world.get(port, path).statusCode();
                    if (status != 200) {
                        failed.add(port + path + ": " + status);
                    }
                } catch (IOException e) {
                    failed.add(port + path + ": " + e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            client.join();
            assertThat(failed).isEmpty();
        }
    }

    @Test
    void oneBrokenRouteIsFoundAndTheOthersGoOn() throws Exception {
        List<Breakage> breakages = new ArrayList<>(Breakage.ALL);
        Collections.shuffle(breakages, random);
        assertThat(breakages).hasSizeGreaterThanOrEqualTo(40);
        try (BreakingWorld world = started()) {
            int turn = 0;
            for (Breakage breakage : breakages) {
                boolean served = random.nextBoolean();
                try (Traffic _ = new Traffic(world)) {
                    if (served) {
                        world.put(marked("bad", "before"));
                        awaitMark(world, "bad", "before", "nothing");
                        world.awaitApplied();
                    }
                    putBeside(world, route("bad", breakage.rules("/bad", "app")), breakage);
                    awaitCulprits(world, Set.of(ref("bad")), breakage);
                    if (served) {
                        // What was accepted last is in force.
                        awaitMark(world, "bad", "before", breakage);
                    } else if (!breakage.inMatch()) {
                        world.await(
                                () -> world.get(world.ports().getFirst(), "/bad")
                                                .statusCode()
                                        == 500,
                                () -> "what is held back is not closed: " + breakage);
                    }
                }
                if (turn++ % 8 == 0) {
                    world.startEnvoy();
                    awaitGood(world, breakage);
                    awaitCulprits(world, Set.of(ref("bad")), breakage);
                }
                try (Traffic _ = new Traffic(world)) {
                    if (random.nextBoolean()) {
                        putBeside(world, marked("bad", "mended"), breakage);
                        awaitCulprits(world, Set.of(), breakage);
                        awaitMark(world, "bad", "mended", breakage);
                    }
                    world.remove(Kinds.HTTP_ROUTE, "bad");
                    awaitCulprits(world, Set.of(), breakage);
                    world.await(
                            () -> world.get(world.ports().getFirst(), "/bad").statusCode() == 404,
                            () -> "the route that is deleted is served still after " + breakage);
                }
            }
        }
    }

    @Test
    void aProxyThatRefusesEverythingHoldsNobodyBack() throws Exception {
        try (BreakingWorld world = started();
                Naysayer naysayer = world.naysayer()) {
            world.await(() -> naysayer.refused(TypeUrls.LISTENER) > 0, () -> "it is sent nothing");
            Breakage breakage = Breakage.ALL.getFirst();
            try (Traffic _ = new Traffic(world)) {
                for (int i = 0; i < 20; i++) {
                    world.put(marked("good-" + i, "edited") + marked("new-" + i, "first"));
                    awaitMark(world, "good-" + i, "edited", "a naysayer");
                    awaitMark(world, "new-" + i, "first", "a naysayer");
                }
                world.put(route("bad", breakage.rules("/bad", "app")) + marked("good-30", "beside"));
                awaitMark(world, "good-30", "beside", "a naysayer");
                awaitCulprits(world, Set.of(ref("bad")), breakage);
                world.remove(Kinds.HTTP_ROUTE, "bad");
                awaitCulprits(world, Set.of(), breakage);
            }
            assertThat(naysayer.refused(TypeUrls.CLUSTER)).isPositive();
            assertThat(naysayer.refused(TypeUrls.ROUTES) + naysayer.refused(TypeUrls.VIRTUAL_HOST))
                    .isGreaterThan(20);
        }
    }

    @Test
    void severalBrokenRoutesAreFoundAndTheOthersGoOn() throws Exception {
        try (BreakingWorld world = started()) {
            for (int turn = 0; turn < 12; turn++) {
                List<Breakage> breakages = new ArrayList<>(Breakage.ALL);
                Collections.shuffle(breakages, random);
                List<Breakage> some = breakages.subList(0, 2 + random.nextInt(4));
                StringBuilder broken = new StringBuilder();
                Set<ObjectRef> culprits = new HashSet<>();
                for (int i = 0; i < some.size(); i++) {
                    broken.append(route("bad-" + i, some.get(i).rules("/bad-" + i, "app")));
                    culprits.add(ref("bad-" + i));
                }
                try (Traffic _ = new Traffic(world)) {
                    putBeside(world, broken.toString(), some);
                    awaitCulprits(world, culprits, some);
                }
                if (turn % 4 == 0) {
                    world.startEnvoy();
                    awaitGood(world, some);
                    awaitCulprits(world, culprits, some);
                }
                try (Traffic _ = new Traffic(world)) {
                    for (int i = 0; i < some.size(); i++) {
                        culprits.remove(ref("bad-" + i));
                        if (random.nextBoolean()) {
                            putBeside(world, marked("bad-" + i, "mended"), some);
                            awaitMark(world, "bad-" + i, "mended", some);
                        }
                        world.remove(Kinds.HTTP_ROUTE, "bad-" + i);
                        awaitCulprits(world, culprits, some);
                    }
                }
            }
        }
    }

    /** After a start nothing is known as good, and what is broken is found all the same. */
    @Test
    void brokenRoutesAreFoundByAControllerThatStarts() throws Exception {
        try (BreakingWorld world = new BreakingWorld()) {
            List<Breakage> breakages = List.of(Breakage.ALL.getFirst(), Breakage.ALL.getLast());
            world.put(BreakingWorld.gateway(world.ports(), Optional.empty())
                    + good("start")
                    + route("bad-0", breakages.getFirst().rules("/bad-0", "app"))
                    + route("bad-1", breakages.getLast().rules("/bad-1", "app")));
            world.startEnvoy();
            awaitCulprits(world, Set.of(ref("bad-0"), ref("bad-1")), breakages);
            awaitGood(world, breakages);
            try (Traffic _ = new Traffic(world)) {
                putBeside(world, marked("bad-0", "mended") + marked("bad-1", "mended"), breakages);
                awaitMark(world, "bad-0", "mended", breakages);
                awaitMark(world, "bad-1", "mended", breakages);
                awaitCulprits(world, Set.of(), breakages);
            }
        }
    }

    /** A cluster, and the endpoints of one, are refused as a whole. */
    @Test
    void aBrokenClusterAndBrokenEndpointsCostTheirRouteOnly() throws Exception {
        try (BreakingWorld world = started()) {
            for (String service : List.of(Breakage.CLUSTER, Breakage.ENDPOINTS)) {
                try (Traffic _ = new Traffic(world)) {
                    putBeside(
                            world,
                            route(
                                    "bad",
                                    "[{matches: [{path: {value: /bad}}], backendRefs: [{name: " + service
                                            + ", port: 80}]}]"),
                            service);
                    awaitCulprits(world, Set.of(ref("bad")), service);
                }
                world.startEnvoy();
                awaitGood(world, service);
                try (Traffic _ = new Traffic(world)) {
                    putBeside(world, marked("bad", "mended"), service);
                    awaitMark(world, "bad", "mended", service);
                    awaitCulprits(world, Set.of(), service);
                }
            }
        }
    }

    /** A listener that no proxy ever took stays refused; what is refused besides is found, and edits arrive. */
    @Test
    void aListenerThatIsRefusedFromTheStartKeepsNothingElseBack() throws Exception {
        try (BreakingWorld world = new BreakingWorld()) {
            world.put(BreakingWorld.gateway(world.ports(), Optional.of(world.tcpPort()))
                    + good("start")
                    + """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: TCPRoute
                metadata: {name: %s, namespace: default}
                spec: {parentRefs: [{name: gw, sectionName: tcp}], rules: [{backendRefs: [{name: app, port: 80}]}]}
                """.formatted(Breakage.LISTENER));
            world.startEnvoy();
            awaitGood(world, "a broken listener");
            Set<ObjectRef> culprits = new HashSet<>(Set.of(
                    ObjectRef.of(Kinds.GATEWAY, new ObjectKey("default", "gw")),
                    ObjectRef.of(Kinds.TCP_ROUTE, new ObjectKey("default", Breakage.LISTENER))));
            awaitCulprits(world, culprits, "a broken listener");
            Breakage breakage = Breakage.ALL.getFirst();
            try (Traffic _ = new Traffic(world)) {
                putBeside(world, route("bad", breakage.rules("/bad", "app")), breakage);
                culprits.add(ref("bad"));
                awaitCulprits(world, culprits, breakage);
                putBeside(world, marked("bad", "mended"), breakage);
                awaitMark(world, "bad", "mended", breakage);
                world.remove(Kinds.TCP_ROUTE, Breakage.LISTENER);
                awaitCulprits(world, Set.of(), "nothing");
                world.await(world::programmed, () -> "the Gateway is not programmed");
            }
        }
    }

    /** A policy whose tokens' issuer is {@code issuer}, for the route "bad". */
    private static String tokens(String issuer) {
        return """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: tokens, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: bad}]
              jwt:
                providers:
                - name: %s
                  issuer: https://issuer.example
                  localJWKS: {type: Inline, inline: '{"keys":[{"kty":"oct","alg":"HS256","k":"c2VjcmV0LW9mLXRoaXMtdGVzdA"}]}'}
            """.formatted(issuer);
    }

    /** A policy that adds a header to responses. */
    private static String clients(String value) {
        return """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: clients, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
              headers: {lateResponseHeaders: {set: [{name: x-clients, value: %s}]}}
            """.formatted(value);
    }

    private static void awaitStatus(BreakingWorld world, int status, Object why) {
        for (int port : world.ports()) {
            world.await(
                    () -> world.get(port, "/bad").statusCode() == status,
                    () -> "not " + status + " at port " + port + ": " + why);
        }
    }

    private static void awaitClients(BreakingWorld world, String value) {
        for (int port : world.ports()) {
            world.await(
                    () -> world.get(port, "/good-1")
                            .headers()
                            .firstValue("x-clients")
                            .filter(value::equals)
                            .isPresent(),
                    () -> "x-clients: " + value + " did not arrive at port " + port);
        }
    }

    /** What a policy adds to listeners is held back alone: its rules are closed, or keep what was accepted last. */
    @Test
    void aPolicyThatIsRefusedOnAListenerHoldsNothingElseBack() throws Exception {
        ObjectRef tokens = ObjectRef.of(Kinds.SECURITY_POLICY, new ObjectKey("default", "tokens"));
        ObjectRef clients = ObjectRef.of(Kinds.CLIENT_TRAFFIC_POLICY, new ObjectKey("default", "clients"));
        try (BreakingWorld world = started()) {
            world.put(marked("bad", "before"));
            awaitMark(world, "bad", "before", "nothing");
            try (Traffic _ = new Traffic(world)) {
                putBeside(world, tokens(Breakage.LISTENER), tokens);
                awaitCulprits(world, Set.of(tokens), tokens);
                awaitStatus(world, 500, "what is refused and never was accepted is closed");
                // A listener takes edits of others.
                world.put(clients("first"));
                awaitClients(world, "first");
                putBeside(world, tokens("right"), tokens);
                awaitStatus(world, 401, "the policy is mended");
                awaitCulprits(world, Set.of(), tokens);
                world.awaitApplied();

                putBeside(world, tokens(Breakage.LISTENER), tokens);
                awaitCulprits(world, Set.of(tokens), tokens);
                awaitStatus(world, 401, "what was accepted last stays");
                world.awaitApplied();
                world.put(clients(Breakage.LISTENER));
                awaitCulprits(world, Set.of(tokens, clients), clients);
                awaitClients(world, "first");
            }
            world.startEnvoy();
            awaitGood(world, "a new proxy");
            awaitStatus(world, 401, "a new proxy has what was accepted last");
            awaitCulprits(world, Set.of(tokens, clients), "a new proxy");
            try (Traffic _ = new Traffic(world)) {
                world.put(clients("second"));
                awaitClients(world, "second");
                awaitCulprits(world, Set.of(tokens), clients);
                world.remove(Kinds.SECURITY_POLICY, "tokens");
                awaitStatus(world, 200, "the policy is deleted");
                awaitCulprits(world, Set.of(), tokens);
                world.await(world::programmed, () -> "the Gateway is not programmed");
            }
        }
    }

    /** An EnvoyProxy, which the Gateway's class names, with an access log in a file. */
    private static String logs(String path) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: gatehouse}
            spec:
              controllerName: %s
              parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy, namespace: default}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: proxy, namespace: default}
            spec:
              telemetry:
                accessLog:
                  settings:
                  - format: {type: Text, text: "%%REQ(:PATH)%%\\n"}
                    sinks: [{type: File, file: {path: "%s"}}]
            """.formatted(Settings.CONTROLLER_NAME, path);
    }

    /** A log file that proxies cannot open costs the logs alone, which stay as they were accepted last. */
    @Test
    void aLogFileThatCannotBeOpenedHoldsNothingElseBack(@TempDir Path folder) throws Exception {
        ObjectRef proxy = ObjectRef.of(Kinds.ENVOY_PROXY, new ObjectKey("default", "proxy"));
        // The Gateway has a warning.
        Set<ObjectRef> named = Set.of(proxy, ObjectRef.of(Kinds.GATEWAY, new ObjectKey("default", "gw")));
        Path there = folder.resolve("access.log");
        try (BreakingWorld world = started()) {
            world.put(logs(folder.resolve("not/there/access.log").toString()));
            awaitCulprits(world, named, proxy);
            try (Traffic _ = new Traffic(world)) {
                world.put(clients("first"));
                awaitClients(world, "first");
                world.put(logs(there.toString()));
                awaitCulprits(world, Set.of(), proxy);
                awaitLine(world, there, "/good-1");
                world.awaitApplied();

                world.put(logs(folder.resolve("neither/access.log").toString()));
                awaitCulprits(world, named, proxy);
                world.put(clients("second"));
                awaitClients(world, "second");
            }
            Files.writeString(there, "");
            world.startEnvoy();
            awaitGood(world, "a new proxy");
            awaitClients(world, "second");
            awaitLine(world, there, "/good-1");
            awaitCulprits(world, named, "a new proxy");
            world.await(world::programmed, () -> "the Gateway is not programmed");
        }
    }

    private static void awaitLine(BreakingWorld world, Path log, String line) {
        world.await(
                () -> world.get(world.ports().getFirst(), line).statusCode() == 200
                        && Files.exists(log)
                        && Files.readAllLines(log).contains(line),
                () -> "no line " + line + " in " + log);
    }

    private static BreakingWorld started() throws Exception {
        BreakingWorld world = new BreakingWorld();
        world.put(BreakingWorld.gateway(world.ports(), Optional.empty()) + good("start"));
        world.startEnvoy();
        awaitGood(world, "nothing");
        world.await(world::programmed, () -> "the Gateway is not programmed");
        return world;
    }
}
