import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * What changes cost a control plane for the Gateway API, and how long they take until requests see them: the same cases for each, on a cluster
 * where it is installed. Each case begins with what the one before has left, as the name of the case says.
 *
 * <p>Arguments: name, GatewayClass, controller name, image of Envoy, URL of the API server,
 * namespace of the control plane and its proxies, and cases with their sizes: once:1000, each:1000, churn:100, changes:480,
 * endpoints:50, edits:100, shrink:10.
 */
final class ControlPlane {
    private static final String SPACE = "bench";
    private static final String GATEWAY = "front";
    private static final int REQUESTS_PER_SECOND = 300;
    private static final List<String> KINDS = List.of("renaming", "reordering", "inserting", "weighting", "deleting", "swapping");
    private static final int LOAD_CONNECTIONS = 6;
    private static final long PATIENCE = 120_000_000_000L;
    private static final long LOOK = 2_000_000L;
    private static final long SETTLED = 5_000_000_000L;

    private final Cluster cluster;
    private final String controller;
    private final String address;
    private final String backendA;
    private final String backendB;
    private final Random random = new Random(1);
    private int routes;
    private int services;

    private ControlPlane(Cluster cluster, String gatewayClass, String controller, String envoyImage) throws Exception {
        this.cluster = cluster;
        this.controller = controller;
        cluster.applyAll("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: %s}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: %s, namespace: %s}
            spec:
              gatewayClassName: %s
              listeners: [{name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}]
            """.formatted(SPACE, GATEWAY, SPACE, gatewayClass));
        for (String name : List.of("a", "b")) {
            cluster.applyAll(backend(name, envoyImage));
        }
        cluster.apply(route("warm", "warm.example", "a"));
        address = until("an address of the Gateway", () -> {
            String found = cluster.gatewayAddress(SPACE, GATEWAY);
            return found.isEmpty() ? null : found;
        });
        try (Requests requests = new Requests(address)) {
            until("an answer of the backend", () -> status(requests, "warm.example", "/") == 200 ? "" : null);
        }
        backendA = cluster.podAddress(SPACE, "a");
        backendB = cluster.podAddress(SPACE, "b");
    }

    public static void main(String[] arguments) {
        try (Cluster cluster = new Cluster(arguments[4], arguments[5])) {
            ControlPlane bench = new ControlPlane(cluster, arguments[1], arguments[2], arguments[3]);
            Cluster.Use start = cluster.controlPlane();
            System.out.printf("%s | at the start | %d MiB (%s) | %n", arguments[0], start.mebibytes(), start.of(start));
            for (String each : Arrays.copyOfRange(arguments, 6, arguments.length)) {
                String[] parts = each.split(":");
                int size = Integer.parseInt(parts[1]);
                long began = System.nanoTime();
                String result = switch (parts[0]) {
                    case "once" -> bench.once(size);
                    case "each" -> bench.each(size);
                    case "churn" -> bench.churn(size);
                    case "changes" -> bench.changes(size);
                    case "endpoints" -> bench.endpoints(size);
                    case "edits" -> bench.edits(size);
                    case "shrink" -> bench.shrink(size);
                    default -> throw new IllegalArgumentException("case " + parts[0] + " is not known");
                };
                System.out.printf("%s | %s | %s | %d s%n", arguments[0], each, result, (System.nanoTime() - began) / 1_000_000_000);
            }
            System.exit(0);
        } catch (Throwable failure) {
            failure.printStackTrace();
            // Clients' threads would keep the process.
            System.exit(1);
        }
    }

    /** So many routes more, as fast as the API server takes them. */
    private String once(int size) throws Exception {
        Cluster.Use before = cluster.controlPlane();
        long bytes = cluster.configurationBytes(GATEWAY);
        int first = routes;
        routes += size;
        List<GenericKubernetesResource> all = new ArrayList<>();
        for (int i = first; i < routes; i++) {
            all.add(route("r-" + i, host(i), "a"));
        }
        long writes = cluster.statusWrites();
        try (Cluster.Statuses statuses = cluster.watchRoutes(SPACE, controller)) {
            long begin = System.nanoTime();
            cluster.forAll(all, cluster::create);
            long written = System.nanoTime();
            int wanted = routes;
            until("the statuses", () -> statuses.accepted("r-") >= wanted ? "" : null);
            long accepted = System.nanoTime();
            try (Requests requests = new Requests(address)) {
                for (int i = first; i < routes; i++) {
                    String host = host(i);
                    until("route " + i, () -> status(requests, host, "/") == 200 ? "" : null);
                }
            }
            long served = System.nanoTime();
            settle(statuses);
            Cluster.Use after = cluster.controlPlane();
            return "%d routes more than %d, written in %.1f s: statuses right %.2f s and all served %.2f s after the last write; %d status writes; %s; %.0f kB of xDS"
                .formatted(size, first, seconds(begin, written), seconds(written, accepted), seconds(written, served), cluster.statusWrites() - writes, used(before, after),
                    (cluster.configurationBytes(GATEWAY) - bytes) / 1e3);
        }
    }

    /** So many routes more, one after another; each is asked for from before it is made until it answers. */
    private String each(int size) throws Exception {
        return oneByOne(size, "%d routes more than %d, one by one".formatted(size, routes));
    }

    private String oneByOne(int size, String what) throws Exception {
        Cluster.Use before = cluster.controlPlane();
        Times times = new Times(size);
        int failed = 0;
        try (Requests requests = new Requests(address)) {
            for (int i = 0; i < size; i++) {
                int number = routes++;
                GenericKubernetesResource route = route("r-" + number, host(number), "a");
                long begin = System.nanoTime();
                Thread writer = Thread.ofVirtual().start(() -> cluster.create(route));
                while (true) {
                    int status = status(requests, host(number), "/");
                    if (status == 200) {
                        break;
                    }
                    failed += status == 404 ? 0 : 1;
                    if (System.nanoTime() - begin > PATIENCE) {
                        throw new IllegalStateException("route " + number + " still answers " + status);
                    }
                    LockSupport.parkNanos(LOOK);
                }
                times.add(System.nanoTime() - begin);
                writer.join();
            }
        }
        return "%s: first 200 after %s; %d answers of 5xx; %s".formatted(what, times, failed, used(before, cluster.controlPlane()));
    }

    /** The same with 500 Services in 50 namespaces, each with a route and four endpoints, of which twenty Services a second change. */
    private String churn(int size) throws Exception {
        int many = 500;
        List<GenericKubernetesResource> spaces = new ArrayList<>();
        List<GenericKubernetesResource> objects = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            String space = SPACE + "-" + i % 50;
            if (i < 50) {
                spaces.add(Cluster.object("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: %s}
                    """.formatted(space)));
            }
            objects.add(Cluster.object("""
                apiVersion: v1
                kind: Service
                metadata: {name: s-%d, namespace: %s}
                spec: {ports: [{port: 80}]}
                """.formatted(i, space)));
            objects.add(churned(i));
            objects.add(Cluster.object("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: c-%1$d, namespace: %2$s}
                spec:
                  parentRefs: [{name: %3$s, namespace: %4$s}]
                  hostnames: [c-%1$d.example]
                  rules: [{backendRefs: [{name: s-%1$d, port: 80}]}]
                """.formatted(i, space, GATEWAY, SPACE)));
        }
        cluster.forAll(spaces, cluster::apply);
        cluster.forAll(objects, cluster::apply);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        Thread churn = Thread.ofVirtual().start(() -> {
            Random which = new Random(2);
            long due = System.nanoTime();
            while (!stop.get()) {
                due += 50_000_000;
                LockSupport.parkNanos(due - System.nanoTime());
                cluster.apply(churned(which.nextInt(many)));
                written.incrementAndGet();
            }
        });
        try {
            String result = oneByOne(size, "%d routes more than %d, one by one, beside %d Services in 50 namespaces".formatted(size, routes + many, many));
            return result + "; " + written.get() + " changes of endpoints meanwhile";
        } finally {
            stop.set(true);
            churn.join();
            cluster.forAll(spaces, cluster::delete);
        }
    }

    private GenericKubernetesResource churned(int service) {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            endpoints.append(i == 0 ? "" : ", ").append("{addresses: [10.244.%d.%d], conditions: {ready: true}}".formatted(100 + i, 1 + random.nextInt(250)));
        }
        return Cluster.object("""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s-%1$d, namespace: %2$s, labels: {kubernetes.io/service-name: s-%1$d}}
            addressType: IPv4
            ports: [{port: 8080}]
            endpoints: [%3$s]
            """.formatted(service, SPACE + "-" + service % 50, endpoints));
    }

    /** So many changes of twenty routes, each of which has to be served all the time, under load. */
    private String changes(int size) throws Exception {
        int hosts = 20;
        try (Cluster.Statuses statuses = cluster.watchRoutes(SPACE, controller)) {
            for (int i = 0; i < hosts; i++) {
                cluster.apply(changed(i, "x-" + i, List.of("a")));
            }
            until("twenty routes", () -> statuses.accepted("x-") >= hosts ? "" : null);
            try (Requests requests = new Requests(address)) {
                for (int i = 0; i < hosts; i++) {
                    String host = changedHost(i);
                    until(host, () -> status(requests, host, "/") == 200 ? "" : null);
                }
            }
            settle(statuses);
        }
        Cluster.Use before = cluster.controlPlane();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        Map<String, AtomicLong> failed = new ConcurrentSkipListMap<>();
        AtomicReference<String> kind = new AtomicReference<>("");
        List<Thread> load = new ArrayList<>();
        for (int c = 0; c < LOAD_CONNECTIONS; c++) {
            int connection = c;
            load.add(Thread.ofPlatform().start(() -> load(connection, hosts, stop, sent, kind, failed)));
        }
        String[] names = new String[hosts];
        for (int i = 0; i < hosts; i++) {
            names[i] = "x-" + i;
        }
        int done = 0;
        for (int round = 0; done < size; round++) {
            for (int i = 0; i < hosts && done < size; i++, done++) {
                kind.set(KINDS.get(round % KINDS.size()));
                change(round, i, names);
                LockSupport.parkNanos(50_000_000);
            }
        }
        LockSupport.parkNanos(2_000_000_000L);
        stop.set(true);
        for (Thread each : load) {
            each.join();
        }
        Cluster.Use after = cluster.controlPlane();
        for (int i = 0; i < hosts; i++) {
            cluster.delete(changed(i, names[i], List.of("a")));
        }
        return "%d changes of 20 routes beside %d others: %d of %d requests failed%s; %s".formatted(done, routes, failed.values().stream().mapToLong(AtomicLong::get).sum(), sent.get(), failed.isEmpty() ? "" : " " + failed, used(before, after));
    }

    private void load(int connection, int hosts, AtomicBoolean stop, AtomicLong sent, AtomicReference<String> kind,
            Map<String, AtomicLong> failed) {
        try (Requests requests = new Requests(address)) {
            long due = System.nanoTime();
            for (int next = connection; !stop.get(); next++) {
                due += LOAD_CONNECTIONS * 1_000_000_000L / REQUESTS_PER_SECOND;
                LockSupport.parkNanos(due - System.nanoTime());
                sent.incrementAndGet();
                int status = status(requests, changedHost(next % hosts), "/");
                if (status != 200) {
                    failed.computeIfAbsent(status + " while " + kind.get(), _ -> new AtomicLong()).incrementAndGet();
                }
            }
        } catch (IOException closing) {
            throw new IllegalStateException(closing);
        }
    }

    /** A rename, a reordering, an insertion, another weight, a deletion, or another backend: in turn. */
    private void change(int round, int i, String[] names) {
        switch (round % KINDS.size()) {
            case 0 -> {
                String old = names[i];
                names[i] = "x-" + i + "-" + round;
                cluster.create(changed(i, names[i], List.of("a")));
                cluster.delete(changed(i, old, List.of("a")));
            }
            case 1 -> cluster.apply(changed(i, names[i], List.of("/one b", "/two a", "a")));
            case 2 -> cluster.apply(changed(i, names[i], List.of("/two a", "/zero a", "/one b", "a")));
            case 3 -> cluster.apply(changed(i, names[i], List.of("/two a", "a:%d b:%d".formatted(1 + round, 9))));
            case 4 -> cluster.apply(changed(i, names[i], List.of("a")));
            default -> {
                // Another Service, which no route had before, in the same breath.
                String name = "n-" + services++;
                cluster.create(Cluster.object("""
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %s, namespace: %s}
                    spec: {selector: {app: b}, ports: [{port: 80, targetPort: 8080}]}
                    """.formatted(name, SPACE)));
                endpointsOf(name);
                cluster.apply(changed(i, names[i], List.of(name)));
            }
        }
    }

    /** Until the Service has an endpoint: a route to it before that is a route to nothing. */
    private void endpointsOf(String service) {
        try {
            until("endpoints of " + service, () -> cluster.hasEndpoints(SPACE, service) ? "" : null);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String changedHost(int i) {
        return "x-" + i + ".example";
    }

    /** Rules: a path and the name of a Service, or names with weights for all paths. */
    private static GenericKubernetesResource changed(int i, String name, List<String> rules) {
        StringBuilder text = new StringBuilder();
        for (String rule : rules) {
            String path = rule.startsWith("/") ? rule.substring(0, rule.indexOf(' ')) : "/";
            text.append("  - matches: [{path: {value: ").append(path).append("}}]\n    backendRefs:\n");
            for (String backend : (rule.startsWith("/") ? rule.substring(rule.indexOf(' ') + 1) : rule).split(" ")) {
                String[] parts = backend.split(":");
                text.append("    - {name: %s, port: 80, weight: %s}%n".formatted(parts[0], parts.length > 1 ? parts[1] : "1"));
            }
        }
        return Cluster.object("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %s, namespace: %s}
            spec:
              parentRefs: [{name: %s}]
              hostnames: [%s]
              rules:
            %s""".formatted(name, SPACE, GATEWAY, changedHost(i), text));
    }

    /** So many changes of a Service's only endpoint, from one pod to the other and back. */
    private String endpoints(int size) throws Exception {
        cluster.apply(Cluster.object("""
            apiVersion: v1
            kind: Service
            metadata: {name: moved, namespace: %s}
            spec: {ports: [{port: 80}]}
            """.formatted(SPACE)));
        cluster.apply(moved(backendA));
        cluster.apply(route("moved", "moved.example", "moved"));
        Times times = new Times(size);
        Cluster.Use before;
        try (Requests requests = new Requests(address)) {
            until("the first endpoint", () -> "a".equals(body(requests, "moved.example")) ? "" : null);
            LockSupport.parkNanos(SETTLED);
            before = cluster.controlPlane();
            for (int i = 0; i < size; i++) {
                String wanted = i % 2 == 0 ? "b" : "a";
                long begin = System.nanoTime();
                Thread writer = Thread.ofVirtual().start(() -> cluster.apply(moved(wanted.equals("b") ? backendB : backendA)));
                until("endpoint " + wanted, () -> wanted.equals(body(requests, "moved.example")) ? "" : null);
                times.add(System.nanoTime() - begin);
                writer.join();
                LockSupport.parkNanos(20_000_000);
            }
        }
        return "%d changes of an endpoint beside %d routes: the other pod answers after %s; %s".formatted(size, routes, times, used(before, cluster.controlPlane()));
    }

    private static GenericKubernetesResource moved(String pod) {
        return Cluster.object("""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: moved, namespace: %s, labels: {kubernetes.io/service-name: moved}}
            addressType: IPv4
            ports: [{port: 8080}]
            endpoints: [{addresses: [%s], conditions: {ready: true}}]
            """.formatted(SPACE, pod));
    }

    /** So many edits of one route each, which is from then on served by the other backend. */
    private String edits(int size) throws Exception {
        Cluster.Use before = cluster.controlPlane();
        long bytes = cluster.configurationBytes(GATEWAY);
        Times times = new Times(size);
        try (Requests requests = new Requests(address)) {
            for (int i = 0; i < size; i++) {
                int number = random.nextInt(routes);
                String wanted = "b".equals(body(requests, host(number))) ? "a" : "b";
                long begin = System.nanoTime();
                Thread writer = Thread.ofVirtual().start(() -> cluster.apply(route("r-" + number, host(number), wanted)));
                until("route " + number, () -> wanted.equals(body(requests, host(number))) ? "" : null);
                times.add(System.nanoTime() - begin);
                writer.join();
            }
        }
        LockSupport.parkNanos(SETTLED);
        return "%d edits among %d routes: in force after %s; %s; %.1f kB of xDS an edit".formatted(size, routes, times,
            used(before, cluster.controlPlane()), (cluster.configurationBytes(GATEWAY) - bytes) / 1e3 / size);
    }

    /** All routes but so many deleted. */
    private String shrink(int left) throws Exception {
        Cluster.Use before = cluster.controlPlane();
        List<GenericKubernetesResource> gone = new ArrayList<>();
        for (int i = left; i < routes; i++) {
            gone.add(route("r-" + i, host(i), "a"));
        }
        int last = routes - 1;
        cluster.forAll(gone, cluster::delete);
        long written = System.nanoTime();
        try (Requests requests = new Requests(address)) {
            until("the last route to go", () -> status(requests, host(last), "/") == 404 ? "" : null);
        }
        long served = System.nanoTime();
        routes = left;
        LockSupport.parkNanos(36 * SETTLED);
        Cluster.Use proxies = cluster.proxies(GATEWAY);
        return "%d routes deleted, %d left: gone %.2f s after the last deletion; three minutes later %s; proxy %d MiB".formatted(gone.size(), left,
            seconds(written, served), used(before, cluster.controlPlane()), proxies.mebibytes());
    }

    private String used(Cluster.Use before, Cluster.Use after) throws IOException {
        return "%.1f CPU s, %d MiB (%s), proxy %d MiB".formatted(after.seconds(before), after.mebibytes(), after.of(before), cluster.proxies(GATEWAY).mebibytes());
    }

    /** Until no status has been written for five seconds. */
    private static void settle(Cluster.Statuses statuses) {
        do {
            LockSupport.parkNanos(SETTLED / 5);
        } while (System.nanoTime() - statuses.lastChange() < SETTLED);
    }

    private static String host(int i) {
        return "host-" + i + ".example";
    }

    private static GenericKubernetesResource route(String name, String host, String service) {
        return Cluster.object("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %s, namespace: %s}
            spec:
              parentRefs: [{name: %s}]
              hostnames: [%s]
              rules:
              - matches: [{path: {value: /}}]
                backendRefs: [{name: %s, port: 80}]
            """.formatted(name, SPACE, GATEWAY, host, service));
    }

    /** An Envoy that answers each request with its name. */
    private static String backend(String name, String image) {
        return """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: %1$s, namespace: %2$s}
            data:
              envoy.yaml: |
                static_resources:
                  listeners:
                  - address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: app
                          route_config:
                            virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: %1$s}}}]}]
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %1$s, namespace: %2$s}
            spec:
              selector: {matchLabels: {app: %1$s}}
              template:
                metadata: {labels: {app: %1$s}}
                spec:
                  containers:
                  - name: app
                    image: %3$s
                    imagePullPolicy: IfNotPresent
                    command: [envoy, -c, /etc/app/envoy.yaml, --concurrency, "1", --log-level, error]
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                    resources: {requests: {cpu: 10m, memory: 32Mi}}
                    volumeMounts: [{name: app, mountPath: /etc/app}]
                  volumes: [{name: app, configMap: {name: %1$s}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: %2$s}
            spec: {selector: {app: %1$s}, ports: [{port: 80, targetPort: 8080}]}
            """.formatted(name, SPACE, image);
    }

    /** The status of an answer; 599 where none came. */
    private static int status(Requests requests, String host, String path) {
        try {
            return requests.get(host, path).status();
        } catch (IOException none) {
            return 599;
        }
    }

    private static String body(Requests requests, String host) {
        try {
            return requests.get(host, "/").body();
        } catch (IOException none) {
            return "";
        }
    }

    private interface Look<T> {
        T look() throws Exception;
    }

    private static <T> T until(String what, Look<T> look) throws Exception {
        long begin = System.nanoTime();
        while (true) {
            T found = look.look();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() - begin > PATIENCE) {
                throw new IllegalStateException("gave up waiting for " + what);
            }
            LockSupport.parkNanos(LOOK);
        }
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }

    /** Times, of which some quantiles are told. */
    private static final class Times {
        private final long[] nanos;
        private int count;

        Times(int size) {
            nanos = new long[size];
        }

        void add(long time) {
            nanos[count++] = time;
        }

        private double millis(double quantile) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted[(int) Math.min(count - 1, Math.floor(quantile * count))] / 1e6;
        }

        @Override
        public String toString() {
            return "p50 %.0f, p99 %.0f, longest %.0f ms".formatted(millis(0.5), millis(0.99), millis(1));
        }
    }
}
